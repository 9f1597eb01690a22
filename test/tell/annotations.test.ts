import { expect, test } from 'vitest'
import { annotations, logLines } from '../../src/tell/annotations.ts'
import { renderSummary } from '../../src/tell/summary/summary.ts'
import { isMeasured } from '../../src/tell/words/select.ts'
import { EXAMPLES, LINKS } from './examples.ts'

const NONE = new Set<never>()

test('a quiet day has nothing to annotate', () => {
  expect(annotations(EXAMPLES['quiet-day'].report, NONE)).toEqual([])
})

test('five hundred alerts are one annotation, which names the worst and counts the rest', () => {
  const all = annotations(EXAMPLES['alerts-500'].report, NONE)
  expect(all).toEqual([
    {
      level: 'warning',
      title: 'Claude rate limits: 500 limits at or over 75 %',
      message: expect.stringMatching(
        /^Claude Haiku 4\.5, requests\/min in workspace team-228: 104\.9 %; .*; and 497 more in the job summary$/,
      ),
    },
  ])
})

test('what fails the run is an error, all else a warning or a notice', () => {
  const levels = (name: 'first-alert' | 'drift', failOn: Parameters<typeof annotations>[1]) =>
    annotations(EXAMPLES[name].report, failOn).map(({ level }) => level)
  expect(levels('first-alert', NONE)).toEqual(['warning', 'notice'])
  expect(levels('first-alert', new Set(['alert']))).toEqual(['error', 'notice'])
  expect(levels('first-alert', new Set(['alert', 'watch']))).toEqual(['error', 'error'])
  expect(levels('drift', NONE)).toEqual(['warning', 'warning'])
  expect(levels('drift', new Set(['drift']))).toEqual(['warning', 'error'])
})

test('drift that leaves more room is only a notice', () => {
  const { report } = EXAMPLES.drift
  const raised = { ...EXAMPLES['quiet-day'].report, drift: report.drift.filter((item) => item.class === 'raised') }
  expect(annotations(raised, NONE)).toMatchObject([{ level: 'notice', title: 'Claude rate limits have changed' }])
})

test('what is missing is said', () => {
  expect(annotations(EXAMPLES['incomplete-data'].report, NONE)).toContainEqual(
    expect.objectContaining({ level: 'warning', title: 'The usage data is incomplete' }),
  )
  expect(annotations(EXAMPLES['partial-failure'].report, NONE)).toContainEqual(
    expect.objectContaining({ level: 'error', message: expect.stringContaining('payments') }),
  )
})

test('no figure is rounded over the line its own limit is judged by, nor its day before', () => {
  const { report } = EXAMPLES['quiet-day']
  const first = report.verdicts.find(isMeasured)
  const row = {
    ...first!,
    band: 'watch' as const,
    utilization: 0.79996,
    thresholds: { watch: 0.5, alert: 0.8 },
    transition: 'continuing' as const,
    previous: { peak: 1, limit: 1, utilization: 0.79997, band: 'watch' as const },
  }
  const own = { ...report, verdicts: [row] }
  expect(annotations(own, NONE)[0]!.message).toContain('79.996 %')
  expect(logLines(own)[0]).toContain('79.996 %')
  const summary = renderSummary({ ...own, status: 'watch' }, LINKS, null)
  expect(summary).toContain('was 79.997 %')
  expect(summary).not.toContain('80 % of')
})

test('each verdict is one line of the log, and none of them a command', () => {
  const { report } = EXAMPLES['hostile-names']
  const lines = logLines(report)
  expect(lines).toHaveLength(report.verdicts.length)
  expect(lines.filter((line) => /[\r\n]|##\[|^\s*::/.test(line))).toEqual([])
  expect(lines).toContainEqual(expect.stringContaining('workspace <!channel> *x* | ↵ # h1 <script> · Claude Opus 4.x'))
  expect(lines).toContainEqual(
    expect.stringMatching(/^⚪ unmeasured {2}organization · Token counting · requests\/min: Usage data/),
  )
})
