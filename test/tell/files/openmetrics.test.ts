import fc from 'fast-check'
import parse from 'parse-prometheus-text-format'
import { describe, expect, test } from 'vitest'
import type { Report } from '../../../src/report/report.ts'
import { openMetrics } from '../../../src/tell/files/openmetrics.ts'
import { EXAMPLES, type Example, HOSTILE_NAME, manyAlerts } from '../examples.ts'

/** What a library reads of the file: each gauge with its samples. */
function read(report: Report): Map<string, { labels: Record<string, string>; value: number }[]> {
  const families = parse(openMetrics(report))
  expect(families.every(({ type, help }) => type === 'GAUGE' && help !== '')).toBe(true)
  return new Map(
    families.map(({ name, metrics }) => [
      name,
      metrics.map(({ labels = {}, value }) => ({ labels, value: Number(value) })),
    ]),
  )
}

const labelsOf = ({ scope, group, limiter }: Report['verdicts'][number]) => ({
  scope: scope.type,
  ...(scope.type === 'workspace' ? { workspace: scope.name, workspace_id: scope.id } : {}),
  group: group.name,
  group_type: group.type,
  limiter,
})

const reports = Object.entries<Example>(EXAMPLES).flatMap(([name, example]) =>
  'report' in example ? [[name, example.report] as const] : [],
)

describe('the metrics', () => {
  test.each(reports)('of %s, read by a library, are limit, peak and utilization of every verdict', (_name, report) => {
    const metrics = read(report)
    const expected = (figure: (row: Report['verdicts'][number]) => number | null) =>
      report.verdicts.flatMap((row) => {
        const value = figure(row)
        return value === null ? [] : [{ labels: labelsOf(row), value }]
      })
    expect(metrics.get('claude_rate_limit')).toEqual(expected(({ limit }) => limit))
    expect(metrics.get('claude_rate_limit_peak') ?? []).toEqual(expected(({ peak }) => peak))
    expect(metrics.get('claude_rate_limit_utilization_ratio') ?? []).toEqual(expected(({ utilization }) => utilization))
  })

  test('say when the window ended, and whether all of it was known', () => {
    const metrics = read(EXAMPLES['incomplete-data'].report)
    expect(metrics.get('claude_rate_limit_window_end_timestamp_seconds')).toEqual([
      { labels: {}, value: Date.UTC(2026, 10, 23) / 1000 },
    ])
    expect(metrics.get('claude_rate_limit_window_complete')).toEqual([{ labels: {}, value: 0 }])
  })

  test('have a gap, and no zero, where nothing was measured', () => {
    const metrics = read(EXAMPLES['nothing-measurable'].report)
    expect(metrics.get('claude_rate_limit')?.length).toBeGreaterThan(0)
    expect([...metrics.keys()].filter((name) => /peak|utilization/.test(name))).toEqual([])
  })

  test('keep to what OpenMetrics adds: a unit at the end of its name, families together, EOF last and once', () => {
    const text = openMetrics(manyAlerts(50))
    expect(text.match(/^# EOF$/gm)).toHaveLength(1)
    expect(text.endsWith('\n# EOF\n')).toBe(true)
    for (const [, name, unit] of text.matchAll(/^# UNIT (\S+) (\S+)$/gm)) expect(name).toMatch(new RegExp(`_${unit}$`))
    const order = [...text.matchAll(/^(?:# TYPE )?(claude\w+)/gm)].map(([, name]) => name)
    const runs = order.filter((name, index) => name !== order[index - 1])
    expect(new Set(runs).size).toBe(runs.length)
    const series = [...text.matchAll(/^claude\w+(\{.*\})? /gm)].map(([line]) => line)
    expect(new Set(series).size).toBe(series.length)
  })

  test('take a name of any characters as it is', () => {
    expect(JSON.stringify([...read(EXAMPLES['hostile-names'].report)])).toContain(JSON.stringify(HOSTILE_NAME))
    const { report } = EXAMPLES['first-alert']
    const [row] = report.verdicts.filter(({ band }) => band === 'alert')
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        const named = { ...report, verdicts: [{ ...row!, group: { ...row!.group, name } }] }
        expect(read(named).get('claude_rate_limit')?.[0]?.labels.group).toBe(name.toWellFormed())
      }),
    )
  })
})
