import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GroupViewRow, MeasuredRow, Report } from '../../src/report/report.ts'
import { reportSchema } from '../../src/report/schemas/report-schema.ts'
import { evidencePage } from '../../src/tell/evidence/page.ts'
import { slackAsText } from '../../src/tell/slack/as-text.ts'
import { renderSlack } from '../../src/tell/slack/slack-message.ts'
import { renderSummary } from '../../src/tell/summary/summary.ts'
import { count, percent } from '../../src/vocabulary/figures.ts'
import { EXAMPLES, LINKS } from './examples.ts'

/** Every figure that any text shows is one of the report's own, or follows from those by the rule that its place names. */

const { report: quiet } = EXAMPLES['quiet-day']
const HOUR = 3_600_000
const END = Date.UTC(2026, 10, 23)

/** Tokens of one hour: all input, and the part of it that was read from the cache. */
type Hour = { input: number; read: number }
type Drawn = {
  days: number
  hours: Hour[]
  rows: {
    limit: number
    hourly: number[]
    p99: number
    before: number
    share: number
    transition: MeasuredRow['transition']
  }[]
  lines: { watch: number; alert: number }
}

const LIMITERS = ['input_tokens_per_minute', 'input_tokens_per_minute_cache_aware', 'output_tokens_per_minute']

const drawn: fc.Arbitrary<Drawn> = fc
  .record({
    days: fc.constantFrom(1, 2, 7),
    lines: fc.constantFrom({ watch: 0.5, alert: 0.75 }, { watch: 0.333, alert: 0.8 }),
  })
  .chain(({ days, lines }) => {
    const hour = fc
      .record({ input: fc.oneof(fc.nat(50), fc.nat(900_000)), part: fc.double({ min: 0, max: 1, noNaN: true }) })
      .map(({ input, part }) => ({ input, read: Math.floor(input * part) }))
    const row = fc.record({
      limit: fc.integer({ min: 1_000, max: 4_000_000 }),
      hourly: fc.array(fc.nat(3_000_000), { minLength: days * 24, maxLength: days * 24 }),
      p99: fc.nat(2_000_000),
      before: fc.integer({ min: 1, max: 3_000_000 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      transition: fc.constantFrom(null, 'new', 'worse', 'continuing', 'recovered' as const),
    })
    return fc.record({
      days: fc.constant(days),
      lines: fc.constant(lines),
      hours: fc.array(hour, { minLength: days * 24, maxLength: days * 24 }),
      rows: fc.array(row, { minLength: LIMITERS.length, maxLength: LIMITERS.length }),
    })
  })

function reportOf({ days, hours, rows, lines }: Drawn): Report {
  const start = END - days * 24 * HOUR
  const group = { type: 'model_group', name: 'Claude Opus' }
  const bandOf = (ratio: number): MeasuredRow['band'] => {
    if (ratio >= lines.alert) return 'alert'
    return ratio >= lines.watch ? 'watch' : 'ok'
  }
  const verdicts = rows.map(({ limit, hourly, p99, before, share: driven, transition }, index): MeasuredRow => {
    const peak = Math.max(...hourly)
    const utilization = peak / limit
    const workspace = { type: 'workspace', id: 'wrkspc_a', name: 'a' } as const
    return {
      scope: index === 2 ? workspace : { type: 'organization' },
      group,
      limiter: LIMITERS[index] ?? '',
      configured: limit,
      limit_source: index === 2 ? 'workspace' : 'organization',
      lower_bound: false,
      limit,
      peak,
      peak_at: new Date(start + hourly.indexOf(peak) * HOUR + 5 * 60_000).toISOString().replace('.000', ''),
      bracket: peak + Math.min(...hourly),
      p99,
      minutes_over_threshold: utilization >= lines.alert ? 4 : 0,
      utilization,
      band: bandOf(utilization),
      transition,
      reason: null,
      clipped: null,
      previous: { peak: before, limit, utilization: before / limit, band: bandOf(before / limit) },
      hourly,
      drivers: { workspaces: [{ id: 'w', name: 'w', share: driven }], models: [], api_keys: [] },
    }
  })
  const share = readsOverInput(hours)
  const view: GroupViewRow = {
    scope: { type: 'organization' },
    group,
    binds: verdicts
      .filter(({ scope }) => scope.type === 'organization')
      .map(({ limiter, utilization }) => ({ limiter, utilization }))
      .sort((a, b) => b.utilization - a.utilization),
    cache:
      share === null
        ? null
        : {
            read_share: share,
            stretch: share < 1 ? 1 / (1 - share) : null,
            hourly_read_share: hours.map((hour) => readsOverInput([hour])),
            hourly_input: hours.map(({ input }) => input),
          },
  }
  const bands = verdicts.map(({ band }) => band)
  return reportSchema.parse({
    ...quiet,
    window: { ...quiet.window, start: iso(start), end: iso(END), days },
    thresholds: lines,
    status: (['alert', 'watch', 'ok'] as const).find((band) => bands.includes(band)),
    highest_utilization: Math.max(...verdicts.map(({ utilization }) => utilization)),
    verdicts,
    groups: [view],
  })
}

const iso = (at: number) => new Date(at).toISOString()

/** The slow and obvious rule: tokens read ÷ tokens put in. */
function readsOverInput(hours: readonly Hour[]): number | null {
  const input = hours.reduce((sum, hour) => sum + hour.input, 0)
  return input === 0 ? null : hours.reduce((sum, { read }) => sum + read, 0) / input
}

const spansOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

/** Every share a text may show, as it would be written. */
function sharesOf(report: Report, { hours, lines }: Drawn): Set<string> {
  const rows = report.verdicts as MeasuredRow[]
  const ofLimits = rows.flatMap(({ limit, utilization, previous, p99, bracket, hourly }) => [
    utilization,
    previous?.utilization ?? 0,
    (p99 ?? 0) / limit,
    (bracket ?? 0) / limit,
    ...(hourly ?? []).map((peak) => (peak ?? 0) / limit),
  ])
  const headroom = rows.map(({ utilization }) => Math.abs(1 - utilization))
  const growth = rows.map(({ peak, previous }) => Math.abs(peak - (previous?.peak ?? 0)) / (previous?.peak ?? 1))
  const drivers = rows.flatMap((row) => (row.drivers?.workspaces ?? []).map(({ share }) => share))
  const spans = [1, 2, 3, 4, 6, 8, 12, 24, hours.length].flatMap((size) => spansOf(hours, size).map(readsOverInput))
  const shares = [...growth, ...drivers, ...spans.filter((share) => share !== null)]
  return new Set([
    ...[...ofLimits, ...shares, lines.watch, lines.alert].map((ratio) => percent(ratio, [lines.watch, lines.alert])),
    ...headroom.map((ratio) => percent(ratio, [1 - lines.watch, 1 - lines.alert])),
    ...[...shares, lines.watch, lines.alert].map((ratio) => percent(ratio)),
    // What Anthropic considers an increase from, what caching carries as an example, what a full limit is, near a limit.
    ...['50 %', '70 %', '100 %', '5 %'],
  ])
}

/** Every large number a text may show. */
function countsOf(report: Report): Set<string> {
  const rows = report.verdicts as MeasuredRow[]
  const { days } = report.window
  const numbers = rows.flatMap(({ limit, peak, p99, bracket, previous, hourly }) => [
    limit,
    peak,
    p99 ?? 0,
    bracket ?? 0,
    previous?.peak ?? 0,
    ...(hourly ?? []).map((value) => value ?? 0),
    // The limit by which the peak would be half of it.
    Math.ceil(peak / 0.5),
  ])
  // Minutes of the window; a limit of Managed Agents that is known from the documentation; how a log rounds.
  return new Set([...numbers, days * 1_440, 1_200, 1_000].map(count))
}

/** Marks taken out, so that what is read is what is compared. */
const asRead = (text: string) => text.replaceAll('&nbsp;', ' ').replaceAll('**', '').replaceAll('−', '')

function textsOf(report: Report): Record<string, string> {
  return {
    slack: slackAsText(renderSlack(report, LINKS, null)),
    summary: renderSummary(report, LINKS, null),
    evidence: evidencePage(report) ?? '',
  }
}

describe('of a random report', () => {
  test('every share and every count that Slack, the summary and the evidence show is its own', () => {
    let seen = 0
    fc.assert(
      fc.property(drawn, (given) => {
        const report = reportOf(given)
        const shares = sharesOf(report, given)
        const counts = countsOf(report)
        for (const [where, text] of Object.entries(textsOf(report))) {
          const shown = [...asRead(text).matchAll(/(?<![\d.,])\d[\d.,]* %/g)].map(([figure]) => figure)
          expect(
            shown.filter((figure) => !shares.has(figure)),
            where,
          ).toEqual([])
          const large = [...asRead(text).matchAll(/(?<![\d.,])\d{1,3}(?:,\d{3})+(?!,?\d|\.\d| %)/g)].map(
            ([figure]) => figure,
          )
          expect(
            large.filter((figure) => !counts.has(figure)),
            where,
          ).toEqual([])
          seen += shown.length
        }
      }),
      { numRuns: 60 },
    )
    expect(seen).toBeGreaterThan(1_000)
  })

  test('every bar of every chart is the largest minute of its hours over the limit', () => {
    fc.assert(
      fc.property(drawn, (given) => {
        const report = reportOf(given)
        const rows = report.verdicts as MeasuredRow[]
        const size =
          given.days === 1 ? 1 : (given.days * 24) / Math.ceil((given.days * 24) / { 2: 2, 7: 6 }[given.days as 2 | 7])
        const allowed = rows.map(({ limit, hourly }) =>
          spansOf(hourly ?? [], size).map((span) =>
            Number(((Math.max(...span.map((peak) => peak ?? 0)) / limit) * 100).toFixed(1)),
          ),
        )
        const bars = [...renderSummary(report, LINKS, null).matchAll(/^ {2}bar \[(.*)\]$/gm)].map(
          ([, list = '']) => list,
        )
        for (const list of bars) expect(allowed.map((values) => values.join(', '))).toContain(list)
      }),
      { numRuns: 30 },
    )
  })
})
