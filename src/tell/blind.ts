import type { Blind } from '../report/report.ts'
import { capital } from '../vocabulary/figures.ts'
import { buttons, header, message, section } from './slack/blocks.ts'
import type { SlackMessage } from './slack/slack-limits.ts'
import { DELIVERED, type Delivery, deliveryText, rehearsal } from './summary/delivery.ts'
import { type Clock, inReadersZone, inUtc } from './words/clock.ts'
import { markdownText, SENTENCE_LENGTH, slackText } from './words/escape.ts'
import { BAND_MARK, moment } from './words/format.ts'
import type { Links } from './words/links.ts'
import { bullets, seeAlso, stack, under } from './words/markdown.ts'

/** What is said of a run without a report: it must never be taken for a quiet day. */

const title = (before = '') => `${BAND_MARK.unmeasured} ${before}Claude rate limits: the audit is blind`

/** The one message of a run that could not read limits or usage. */
export function renderBlindSlack(blind: Blind, links: Links): SlackMessage {
  const error = slackText(blind.error, SENTENCE_LENGTH)
  const run = links.run ? ` Run: ${slackText(links.run, SENTENCE_LENGTH)}` : ''
  return message(`Claude rate limits: ${meaning(blind)} ${error}${run}`, [
    header(title()),
    section(`*Why*\n${error}`),
    section(`*What it means*\n${capital(meaning(blind, inReadersZone))}`),
    section(`*What to do*\n${remedy(blind)}`),
    ...buttons(links),
  ])
}

/** The job summary of a run that could not read limits or usage. */
export function renderBlindSummary(blind: Blind, links: Links, delivery: Delivery = DELIVERED): string {
  return `${stack(
    `## ${title(rehearsal(delivery))}`,
    `${capital(meaning(blind))} No snapshot was written, and nothing is reported as recovered.`,
    under('### Why', markdownText(blind.error, 2_000)),
    under('### What to do', `${remedy(blind)} Until then the Console shows what was used.`),
    deliveryText(delivery),
    seeAlso(links),
  )}\n`
}

/** The job summary of a run whose inputs or policy are not valid: `error` has a headline, then one problem per line. */
export function renderRefusedSummary(error: string): string {
  const [headline = '', ...problems] = error.split('\n').map((line) => line.replace(/^- /, ''))
  return `${stack(
    `## ${BAND_MARK.unmeasured} Claude rate limits: the audit did not begin`,
    markdownText(headline, 2_000),
    bullets(problems.map((problem) => markdownText(problem, 2_000))),
  )}\n`
}

/** Only this run's window is certain: whether earlier runs failed too, this one does not know. */
function meaning({ window }: Blind, clock: Clock = inUtc): string {
  const since = window === null ? '' : ` since ${moment(window.start, clock)}, longer if the run before failed too`
  return `the audit is blind${since}: a limit may have been reached without anyone hearing of it.`
}

function remedy({ window, source }: Blind): string {
  if (window === null)
    return 'Fix the cause, then run the workflow again with this log: what was not logged cannot be read later.'
  const isLive = !window.end.endsWith('T00:00:00Z')
  if (source === 'api' && isLive) return 'Fix the cause, then run the workflow again with the same `date`.'
  const lastDay = new Date(Date.parse(window.end) - 1).toISOString().slice(0, 10)
  return source === 'api'
    ? `Fix the cause, then run the workflow again with \`date: ${lastDay}\`: Anthropic keeps the usage, so nothing is lost.`
    : `Fix the cause, then run the workflow again with \`date: ${lastDay}\` and the log of that day: what was not logged cannot be read later.`
}
