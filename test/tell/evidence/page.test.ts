import { describe, expect, test } from 'vitest'
import { evidencePage } from '../../../src/tell/evidence/page.ts'
import type { MeasuredVerdict } from '../../../src/vocabulary/verdict.ts'
import { reportOf, rowOf } from '../summary/planned-report.ts'

const page = (...args: Parameters<typeof reportOf>) => evidencePage(reportOf(...args))
const PRODUCTION = { type: 'workspace', id: 'wrkspc_01', name: 'production' } as const

describe('the evidence page', () => {
  test('is none where no limit of the organization is half used', () => {
    const own = rowOf('requests_per_minute', 1000, [900], { scope: PRODUCTION, limitSource: 'workspace' })
    expect(page([rowOf('requests_per_minute', 1000, [499]), own], 1)).toBeNull()
  })

  test('gives every figure of one limit, ready to paste', () => {
    const row = rowOf('output_tokens_per_minute', 400_000, [332_000], {
      clipped: { from: Date.UTC(2026, 10, 22, 14, 1), minutes: 4 },
      previous: { peak: 300_000, limit: 400_000, utilization: 0.75, band: 'alert' },
      drivers: { workspaces: [{ id: 'w', name: 'production', share: 0.71 }], models: [], apiKeys: [] },
    })
    const workspace = rowOf('output_tokens_per_minute', 100_000, [1], { scope: PRODUCTION, limitSource: 'workspace' })
    expect(page([row, workspace], 1)).toBe(`# Evidence for higher Claude rate limits

Use of 2026-11-22 (UTC), from Anthropic's usage analytics API. Peaks are of UTC minutes, in which all models of a group are added up. Observed: 1 whole day.

| Limit | Now | Peak | Used |
| --- | ---: | ---: | ---: |
| Claude Opus 4.x, output tokens/min | 400,000 | 332,000 | 83 % |

## Claude Opus 4.x, output tokens/min: 83 %

| Figure | Value |
| --- | --- |
| Limit | 400,000 output tokens per minute |
| Peak | 332,000 (83 %) at 14:05 UTC |
| Busiest 60 seconds | between 332,000 and 332,001 (83 %) |
| Further peaks | 166,000 (41.5 %) in 00:00–01:00 UTC, 166,000 (41.5 %) in 01:00–02:00 UTC, 166,000 (41.5 %) in 02:00–03:00 UTC, 166,000 (41.5 %) in 03:00–04:00 UTC and 166,000 (41.5 %) in 04:00–05:00 UTC |
| 99th percentile of all minutes | 166,000 (41.5 %) |
| Minutes at or over 75 % | 3 of 1,440 |
| At its limit | for 4 minutes from 2026-11-22 14:01 UTC: more may have been asked for |
| Growth | +10.7 % against the peak of the day before, 300,000 |
| A limit that would bring the peak to 50 % | 664,000 |

Already done:

- Prompt caching: 40 % of the group's input was read from the cache.
- Limits of their own for 1 workspace: workspace production 100,000.
- The peak is known by workspace: production 71 %.
`)
  })

  test('counts as done only limits that workspaces set and that bind, not one without a value or inert', () => {
    const row = rowOf('output_tokens_per_minute', 400_000, [332_000])
    const ofWorkspace = (name: string, details: Partial<MeasuredVerdict>) =>
      rowOf('output_tokens_per_minute', 400_000, [1], { scope: { type: 'workspace', id: name, name }, ...details })
    const others = [
      ofWorkspace('inherits', { limitSource: 'organization', configured: null }),
      ofWorkspace('inert', { limitSource: 'organization', configured: 500_000 }),
    ]
    expect(page([row, ...others], 1)).not.toContain('Limits of their own')
    const binding = ofWorkspace('capped', { limitSource: 'workspace', limit: 5_000, configured: 5_000 })
    expect(page([row, ...others, binding], 1)).toContain(
      '- Limits of their own for 1 workspace: workspace capped 5,000.',
    )
  })

  test('gives the cache-read share of an input limit, and whether it counts', () => {
    expect(page([rowOf('input_tokens_per_minute_cache_aware', 2_000_000, [1_500_000])], 1)).toContain(
      '| Input read from the cache | 40 % over the window; this limit does not count it |',
    )
    expect(page([rowOf('input_tokens_per_minute', 2_000_000, [1_500_000])], 1)).toContain('; this limit counts it |')
    expect(page([rowOf('requests_per_minute', 1000, [750])], 1)).not.toContain('Input read from the cache |')
  })

  test('gives growth by the trend where there is one', () => {
    const rising = Array.from({ length: 14 }, (_, day) => 380 + 10 * day)
    const text = page([rowOf('requests_per_minute', 1000, rising)], 14)
    expect(text).toContain('| Growth | reaches 75 % in about 24 days (24 to 24) |')
    expect(text).toContain('Observed: 14 whole days.')
    expect(text).toContain('500 (50 %) in 2026-11-21 14:00–15:00 UTC')
    expect(text).toContain('of 20,160 |')
    expect(text).toContain('at 2026-11-22 14:05 UTC')
  })

  test('has the worst limit first, and workspaces that limit themselves at the end', () => {
    const text =
      page(
        [
          rowOf('output_tokens_per_minute', 1000, [600]),
          rowOf('requests_per_minute', 1000, [900]),
          rowOf('requests_per_minute', 500, [450], { scope: PRODUCTION, limitSource: 'workspace' }),
          rowOf('output_tokens_per_minute', 500, [450], { scope: PRODUCTION, limitSource: 'organization' }),
        ],
        1,
      ) ?? ''
    const headings = text.split('\n').filter((line) => line.startsWith('## '))
    expect(headings).toEqual([
      '## Claude Opus 4.x, requests/min: 90 %',
      '## Claude Opus 4.x, output tokens/min: 60 %',
      '## Limits of our own workspaces',
    ])
    expect(text).toMatch(
      /- Claude Opus 4\.x, requests\/min in workspace production: 90 % of 500\. Ours to raise, by our administrators \(Console, API or CLI\)\.\n$/,
    )
  })

  test('of a log speaks of what was logged, and adds nothing up', () => {
    const log = reportOf([rowOf('requests_per_minute', 1000, [750])], 1)
    const text = evidencePage({ ...log, usage_source: 'headers', peak_window: 'second' })
    expect(text).toContain('as a response said right after it. Observed: what was logged in 1 day.')
    expect(text).toMatch(/\| Minutes at or over 75 % \| \d+ \|/)
    expect(text).not.toMatch(/added up|whole day/)
  })

  test('of hours says that its peaks are means of hours', () => {
    const hours = { ...reportOf([rowOf('requests_per_minute', 1000, [750])], 1), peak_window: 'hour' as const }
    expect(evidencePage(hours)).toContain('the mean per minute of the busiest UTC hour')
  })

  test('says what is missing of the window', () => {
    const report = reportOf([rowOf('requests_per_minute', 1000, [900])], 1)
    const text = evidencePage({ ...report, window: { ...report.window, complete: false, missing_minutes: 40 } })
    expect(text).toContain('Observed: 1 day, of which 40 minutes are not known yet.')
    expect(text).toContain('| 3 of 1,400 |')
  })

  test('shows names that others wrote as their characters', () => {
    const group = { type: 'model_group', name: '<b>x</b> | # h' }
    const text = page([rowOf('requests_per_minute', 1000, [900], { group })], 1) ?? ''
    expect(text).toContain('## &#60;b&#62;x&#60;/b&#62; &#124; &#35;')
    expect(text).not.toContain('<b>')
  })

  test('says what forms for an increase ask: steady use, and what one request takes', () => {
    const report = reportOf([rowOf('output_tokens_per_minute', 400_000, [332_000], { steady: 80_000 })], 1)
    const groups = report.groups.map((view) => ({
      ...view,
      use: { requests: 12_000, input_tokens: 18_000_000, output_tokens: 2_400_600 },
    }))
    const text = evidencePage({ ...report, groups })
    expect(text).toContain('| Steady use, the median of the minutes with use | 80,000 (20 %) |')
    expect(text).toContain('| Requests to the group | 12,000, with 1,500 tokens of input and 200 of output each |')
  })
})
