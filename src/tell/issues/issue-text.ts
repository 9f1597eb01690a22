import type { MeasuredRow, Report } from '../../report/report.ts'
import { count, percent } from '../../vocabulary/figures.ts'
import { evidencePage } from '../evidence/page.ts'
import { advice } from '../words/advice.ts'
import { gitText, markdownText } from '../words/escape.ts'
import { BAND_MARK, limitName, period } from '../words/format.ts'
import type { Links } from '../words/links.ts'
import { bullets, details, seeAlso, stack, under } from '../words/markdown.ts'
import { measured, thresholdsOf } from '../words/select.ts'
import {
  atItsLimit,
  bindingLimit,
  drillMark,
  drillText,
  mainDriver,
  rowSentence,
  shareOf,
  transitionText,
} from '../words/sentences.ts'
import { firstFitting } from '../words/shrink.ts'
import type { IssueMemory } from './issue-rule.ts'

/** GitHub takes 65,536 characters, and people may write into it too. */
const LONGEST = 50_000
/** GitHub takes 256 characters. */
const LONGEST_TITLE = 250

/** The title of a new issue: of what limit it is. Figures change, and titles are not rewritten. */
export function issueTitle(row: MeasuredRow): string {
  return `Claude rate limit: ${limitName(row, gitText)}`.slice(0, LONGEST_TITLE)
}

/** Our part of the issue's body: peak, who drove it, what to do, and the evidence folded. */
export function issueBody(row: MeasuredRow, report: Report, links: Links, memory: IssueMemory): string {
  const alone = { ...report, verdicts: [row] }
  const page = row.scope.type === 'organization' ? evidencePage(alone) : null
  return firstFitting(
    [true, false],
    (withEvidence) =>
      stack(
        `${BAND_MARK[row.band]} **${rowSentence(row, report, markdownText)}** (${period(report.window)})`,
        bullets(facts(row, report, memory)),
        under('### What to do', bullets(advice(alone, markdownText))),
        withEvidence && page !== null && details('Evidence to ask Anthropic for more', page.trim()),
        seeAlso(links),
        `<sub>Rewritten by each run; what you write above or below stays. Closed when the limit is raised far enough, or use stays under ${percent(thresholdsOf(row, report).watch)} for seven days.</sub>`,
      ),
    (text) => text.length <= LONGEST,
  )
}

/** The issue of a drill: what a real one would say, headed DRILL. It is closed at once, so nothing is said of when that is. */
export function drillIssueText(report: Report, links: Links): { title: string; body: string } {
  const [row] = measured(report)
  if (!row) throw new Error('A drill has one alert.')
  const body = stack(
    `**${drillMark(report)}${drillText(report)}** This issue is closed again by the run that opened it.`,
    `${BAND_MARK[row.band]} **${rowSentence(row, report, markdownText)}** (${period(report.window)})`,
    under('### What to do', bullets(advice(report, markdownText))),
    seeAlso(links),
  )
  return { title: `${drillMark(report)}${issueTitle(row)}`.slice(0, LONGEST_TITLE), body }
}

function facts(row: MeasuredRow, report: Report, { worst, calm }: IssueMemory): string[] {
  const share = shareOf(row, report)
  const driver = mainDriver(row, markdownText)
  const transition = transitionText(row, report)
  return [
    `Limit: ${bindingLimit(row)}`,
    `Worst since this issue was opened: ${count(worst)} (${share(worst / row.limit)} of the limit of now)`,
    transition && `Compared with the time before: ${transition}`,
    driver && `Driven by ${driver.kind} ${driver.name}: ${percent(driver.share)} of the peak`,
    atItsLimit(row),
    calm && `Under the watch line since ${calm.from.slice(0, 10)}`,
  ].filter((fact) => typeof fact === 'string' && fact !== '') as string[]
}

/** Why an issue is closed, as a comment. */
export function closingText(row: MeasuredRow, report: Report, because: 'raised' | 'calm'): string {
  const watch = percent(thresholdsOf(row, report).watch)
  return because === 'raised'
    ? `Closed: the limit is ${count(row.limit)} now, and the worst use of any alert would stay under ${watch} of it.`
    : `Closed: use stayed under ${watch} of the limit for seven days.`
}
