import type { Report } from '../../report/report.ts'
import { count, listing, percent } from '../../vocabulary/figures.ts'
import { isUnclaimed, PART_TITLES } from '../../vocabulary/use/accounting.ts'
import { markdownText } from '../words/escape.ts'
import { moment } from '../words/format.ts'
import { stack, table } from '../words/markdown.ts'

const NAMED = 5

/** Where the use went: each part of the whole, and whether a limit counts it. */
export function whereTheUseWent({ accounting, live }: Report): string {
  if (!accounting || accounting.parts.length === 0) return ''
  const ofWhole = (tokens: number) => (accounting.tokens > 0 ? percent(tokens / accounting.tokens) : '')
  const rows = accounting.parts.map(({ kind, tokens, requests, of }) => {
    const names = isUnclaimed({ kind }) || kind === 'seats' ? of.map(named).filter((name) => name !== kind) : []
    const which = names.length > 0 ? `: ${listing(names, NAMED)}` : ''
    return [
      `${PART_TITLES[kind]}${which}`,
      count(tokens),
      ofWhole(tokens),
      requests === null ? 'not known' : count(requests),
      isUnclaimed({ kind }) ? '**unclaimed**' : (BY_RULE[kind] ?? ''),
    ]
  })
  return stack(
    table(
      [
        { head: 'Use' },
        { head: 'Tokens', align: 'right' },
        { head: 'Share', align: 'right' },
        { head: 'Requests', align: 'right' },
        { head: 'Counts toward' },
      ],
      rows,
    ),
    live &&
      `This is the use up to ${moment(live.known_until.requests)}: later minutes are known in tokens alone, or not at all.`,
    accounting.reconciled
      ? 'The parts add up to the whole use of the window, and the minutes that were read to what was counted.'
      : '**The minutes that were read do not add up to the whole use of the window:** peaks are at least what is shown.',
  )
}

function named({ name, muted }: { name: string; muted?: { until: string } | undefined }): string {
  return muted ? `${markdownText(name)} (muted until ${markdownText(muted.until)})` : markdownText(name)
}

const BY_RULE: Record<string, string> = {
  counted: 'its limits',
  fast: 'the fast limits',
  batch: 'no limit here: batch has its own',
  'code-execution': 'no limit',
  seats: "the seats' own plans",
}
