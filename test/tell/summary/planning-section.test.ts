import { describe, expect, test } from 'vitest'
import { planning, sparkline } from '../../../src/tell/summary/planning-section.ts'
import { OPUS_GROUP, reportOf, rowOf } from './planned-report.ts'

const rising = Array.from({ length: 14 }, (_, day) => 200 + 10 * day)
const textOf = (report: ReturnType<typeof reportOf>) => planning(report, 200)

describe('the planning part of the summary', () => {
  test('is empty where the report has none', () => {
    const { planning: _, ...report } = reportOf([rowOf('requests_per_minute', 1000, [500])], 1)
    expect(textOf(report)).toBe('')
  })

  test('says how often other lines would have fired, and where a higher one is a third as often', () => {
    const week = [780, 790, 850, 100, 100, 100, 100]
    const text = textOf(reportOf([rowOf('requests_per_minute', 1000, week)], 7))
    expect(text).toContain('| Limit | Days | 50 % | 60 % | 70 % | 75 % | 80 % | 90 % |')
    expect(text).toContain('| Claude Opus 4.x, requests/min | 7 | 3 (1) | 3 (1) | 3 (1) | 3 (1) | 1 | 0 |')
    expect(text).toContain(
      '- Claude Opus 4.x, requests/min: at 80 % an alert would have come on 1 of 7 days, at 75 % on 3.',
    )
    expect(textOf(reportOf([rowOf('requests_per_minute', 1000, week.slice(1))], 6))).not.toContain('other alert lines')
  })

  test('says when the alert line is reached, and draws the daily peaks against the limit', () => {
    const text = textOf(reportOf([rowOf('requests_per_minute', 1000, rising)], 14))
    expect(text).toContain(
      '| Claude Opus 4.x, requests/min | reaches 75 % in about 42 days (42 to 42) | `▅▅▆▆▆▆▇▇▇▇▇███` |',
    )
    expect(text).toContain('xychart-beta')
    expect(text).toContain('"Largest minute of each day, in % of the limit of 1,000"')
    expect(text).toContain('x-axis "UTC" ["11-09", "11-10"')
  })

  test('says why there is no runway, in one line for all limits', () => {
    const falling = rising.toReversed()
    const rows = [rowOf('requests_per_minute', 1000, falling), rowOf('output_tokens_per_minute', 400_000, falling)]
    expect(textOf(reportOf(rows, 14))).toContain('<sub>No runway for 2 limits: the daily peaks fall.</sub>')
  })

  test('says nothing of a runway where nobody asked for the days that it takes', () => {
    const rows = [rowOf('requests_per_minute', 1000, rising.slice(0, 7))]
    expect(textOf(reportOf(rows, 7))).not.toContain('unway')
  })

  test('speaks of no refused runway where one was found', () => {
    const text = textOf(reportOf([rowOf('requests_per_minute', 1000, rising)], 14))
    expect(text).not.toContain('No runway')
  })

  test('says which tier the limits are, and what the peaks would be on another', () => {
    const text = textOf(reportOf([rowOf('requests_per_minute', 1000, [500])], 1))
    expect(text).toContain('- Claude Opus 4.x: matches Start as published on 2026-10-08.')
    expect(text).toContain('| Claude Opus 4.x, requests/min | 50 % | 50 % | 10 % | 5 % |')
  })

  test('says what another cache-read share would do', () => {
    const text = textOf(reportOf([rowOf('input_tokens_per_minute_cache_aware', 2_000_000, [600_000])], 1))
    expect(text).toContain('| Limit | Now | At 0 % | At 50 % | At 80 % |')
    expect(text).toContain('| 30 % (40 % read) | 50 % | 25 % | 10 % |')
  })

  test('lists what lies idle', () => {
    const report = reportOf(
      [rowOf('requests_per_minute', 1000, [99]), rowOf('output_tokens_per_minute', 400_000, [0])],
      1,
    )
    expect(textOf(report)).toContain(
      '<summary>1 group of limits used less than 10 % in 1 day</summary>\n\n- Claude Opus 4.x: at most 9.9 %',
    )
  })

  test('ranks workspaces by what they are closest to, whoever set it', () => {
    const of = (name: string, peak: number, limitSource: 'workspace' | 'organization') =>
      rowOf('requests_per_minute', 1000, [peak], {
        scope: { type: 'workspace', id: `wrkspc_${name}`, name },
        limitSource,
      })
    const text = textOf(
      reportOf([of('calm', 100, 'workspace'), of('bu|sy', 900, 'organization'), of('calm', 300, 'workspace')], 1),
    )
    expect(text).toContain('Workspaces by how close they are to a limit of theirs (2)')
    const busy = text.indexOf("| bu&#124;sy | 90 % | Claude Opus 4.x, requests/min | the organization's |")
    const calm = text.indexOf('| calm | 30 % | Claude Opus 4.x, requests/min | its own |')
    expect(busy).toBeGreaterThan(0)
    expect(calm).toBeGreaterThan(busy)
  })

  test('names the tier of the spend cap where it is known, as that of the organization only where the limits agree, and no money', () => {
    const report = reportOf([rowOf('requests_per_minute', 1000, [500])], 1)
    const known = (usage_tier: string | null) =>
      textOf({ ...report, planning: { ...report.planning!, spend_cap_tier: 'Start', usage_tier } })
    const cap = "The organization's spend cap is the one published for the Start tier"
    expect(known('Start')).toContain(`${cap}, and so are its limits.`)
    expect(known(null)).toContain(`${cap}. Not all its limits are, so Anthropic may have raised the cap or a limit`)
    expect(textOf(report)).not.toContain('spend cap')
  })

  test('does not say zero days of a line that is nearly reached', () => {
    const steep = Array.from({ length: 14 }, (_, day) => 610 + 10 * day)
    expect(textOf(reportOf([rowOf('requests_per_minute', 1000, steep)], 14))).toContain(
      'reaches 75 % in about 1 day (1 to 1)',
    )
    const there = steep.map((peak) => peak + 9.9)
    expect(textOf(reportOf([rowOf('requests_per_minute', 1000, there)], 14))).toContain('reaches 75 % within a day (')
  })

  test('follows the alert line of a row that the policy moved', () => {
    const report = reportOf(
      [rowOf('requests_per_minute', 1000, rising, { thresholds: { watch: 0.4, alert: 0.5 } })],
      14,
    )
    expect(textOf(report)).toContain('reaches 50 % in about 17 days')
  })
})

test('a sparkline shows a day that is not wholly known as a dot, and no use as the lowest block', () => {
  expect(sparkline([0, 4, null, 8])).toBe('▁▅·█')
  expect(sparkline([0, 0])).toBe('▁▁')
})

test('planning of a group the organization does not have says nothing of tiers', () => {
  const row = rowOf('requests_per_minute', 1000, [500], { group: { ...OPUS_GROUP, name: 'Other' } })
  expect(textOf(reportOf([row], 1))).not.toContain('| Claude Opus 4.x, requests/min | 50 % | 50 %')
})
