import type { Report, SpendPart } from '../../report/report.ts'
import { BAND_MARK, percentOf } from '../words/format.ts'
import { bar, table, unbroken } from '../words/markdown.ts'

/** The monthly spend cap: a ratio and a date, and no amount of money anywhere. */

const NAME = 'Spend cap of the month'

/** Its row of the scorecard; empty where no cap is known. */
export function spendRow(report: Report): string {
  const { spend } = report
  if (!spend) return ''
  const share = percentOf(report)(spend.share)
  const loud = spend.band === 'ok' ? share : `**${share}**`
  const columns = ['Limit', 'Used', 'Band', 'Reached', 'Since the day before'].map((head) => ({ head }))
  const mark = `${BAND_MARK[spend.band]}&nbsp;${spend.band}`
  const cells = [NAME, `${bar(spend.share)}&nbsp;${loud}`, mark, reached(spend), spend.transition ?? '']
  return table(columns, [cells.map(unbroken)])
}

/** In a sentence, for Slack; null while it is neither near nor on its way there. */
export function spendSentence(report: Report): string | null {
  const { spend } = report
  if (!spend || (spend.band !== 'alert' && spend.reached_on === null)) return null
  const transition = spend.transition === null ? '' : `, ${spend.transition}`
  return `${BAND_MARK[spend.band]} *${NAME}*: *${percentOf(report)(spend.share)}* used${transition} · ${reached(spend)}. From then on every request is refused until the 1st.`
}

function reached({ share, reached_on: day }: SpendPart): string {
  if (day === null) return "not this month, at the month's pace"
  return share >= 1 ? `on ${day}` : `on ${day}, at the month's pace`
}

/** `spend cap used to 92 %` from the watch line on. */
export function spendInShort({ spend, thresholds }: Report): string {
  return spend && spend.band !== 'ok' ? `spend cap used to ${percentOf({ thresholds })(spend.share)}` : ''
}
