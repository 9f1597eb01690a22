import type { KnownBlock } from '@slack/types'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MeasuredRow, Report } from '../../../src/report/report.ts'
import { mrkdwnAsText } from '../../../src/tell/slack/as-text.ts'
import { slackViolations } from '../../../src/tell/slack/slack-limits.ts'
import { renderSlack } from '../../../src/tell/slack/slack-message.ts'
import { isMeasured, ofBand } from '../../../src/tell/words/select.ts'
import { EXAMPLES, HOSTILE_NAME, HOSTILE_NAME_TOO, LINKS } from '../examples.ts'

/** What a reader finds in a message, whatever the day was like. */

const { report: quiet } = EXAMPLES['quiet-day']
const [model] = quiet.verdicts.filter(isMeasured)

const LIMITERS = ['requests_per_minute', 'input_tokens_per_minute_cache_aware', 'output_tokens_per_minute']

type Drawn = { utilization: number; transition: MeasuredRow['transition']; workspace: number | null; group: number }

const drawn = (most: number): fc.Arbitrary<Drawn[]> =>
  fc.array(
    fc.record({
      utilization: fc.integer({ min: 1, max: 300 }).map((hundredths) => hundredths / 100),
      transition: fc.constantFrom(null, 'new', 'worse', 'continuing', 'recovered' as const),
      workspace: fc.option(fc.nat(59)),
      group: fc.nat(11),
    }),
    { maxLength: most },
  )

function reportOf(rows: readonly Drawn[], names: (index: number) => string): Report {
  const verdicts = rows.map(({ utilization, transition, workspace, group }, index): MeasuredRow => {
    const band = bandOf(utilization)
    return {
      ...model!,
      scope:
        workspace === null
          ? { type: 'organization' }
          : { type: 'workspace', id: `wrkspc_${workspace}`, name: names(workspace) },
      limit_source: workspace === null ? 'organization' : 'workspace',
      group: { type: 'model_group', name: names(100 + group) },
      limiter: LIMITERS[index % LIMITERS.length]!,
      limit: 1_000,
      peak: utilization * 1_000,
      utilization,
      band,
      transition: band === 'alert' && transition === 'recovered' ? 'new' : transition,
    }
  })
  const bands = new Set(verdicts.map(({ band }) => band))
  const status = (['alert', 'watch', 'ok'] as const).find((band) => bands.has(band)) ?? null
  return { ...quiet, verdicts, status, highest_utilization: Math.max(0, ...verdicts.map((row) => row.utilization)) }
}

function bandOf(utilization: number): MeasuredRow['band'] {
  if (utilization >= 0.75) return 'alert'
  return utilization >= 0.5 ? 'watch' : 'ok'
}

/** The lines of the message as they are read: what stands in a section, marks and links taken out. */
function linesOf(report: Report): string[] {
  const texts = renderSlack(report, LINKS, null).blocks.map((block: KnownBlock) =>
    block.type === 'section' ? (block.text?.text ?? '') : '',
  )
  return texts.flatMap((text) => text.split('\n')).map(mrkdwnAsText)
}

const isRow = (line: string) => /^(🔴|🟡|🟢) /u.test(line) && !line.includes(' more alert')
const isOfWorkspace = (line: string) => /^\S+ workspace /u.test(line)

/** How many alerts of the organization are shown in a row of this group, and how many are counted under its name. */
function accountedFor(lines: readonly string[], group: string): number {
  const shown = lines.filter((line) => line.startsWith(`🔴 ${group} · `)).length
  const title = lines.findIndex((line) => / more alerts? of /.test(line) && !line.includes('workspace'))
  if (title < 0) return shown
  const after = lines.slice(title + 1)
  const end = after.findIndex((line) => /^(🔴|🟡|🟢|and |[A-Z]\w+(:| to do))/u.test(line))
  const items = after.slice(0, end < 0 ? undefined : end).flatMap((line) => line.split(', '))
  const counted = items.filter((item) => item === group || item.startsWith(`${group} (`))
  return shown + counted.reduce((sum, item) => sum + Number(/\((\d+)\)$/.exec(item)?.[1] ?? 1), 0)
}

test('every organization alert is visible or counted by name, and no workspace stands before the organization', () => {
  const name = (index: number) => (index < 100 ? `team-${index}` : `g${index}`)
  fc.assert(
    fc.property(drawn(120), (rows) => {
      const report = reportOf(rows, name)
      const message = renderSlack(report, LINKS, null)
      expect(slackViolations(message)).toEqual([])
      const lines = linesOf(report)
      const alerts = ofBand(report, 'alert').filter(({ scope }) => scope.type === 'organization')
      for (const [group, same] of Map.groupBy(alerts, (row) => row.group.name))
        expect(accountedFor(lines, group), group).toBe(same.length)

      const order = lines.filter(isRow).map(isOfWorkspace)
      expect(order).toEqual(order.toSorted((a, b) => Number(a) - Number(b)))
      const workspaces = ofBand(report, 'alert').length - alerts.length
      if (workspaces > 0) expect(lines.join('\n')).toMatch(new RegExp(`^Workspaces: ${workspaces} alert`, 'm'))
    }),
    { numRuns: 150 },
  )
})

test('names as hostile and as long as they come change nothing of that', () => {
  const name = (index: number) =>
    `${index} ${[HOSTILE_NAME, HOSTILE_NAME_TOO, '&'.repeat(90), '名'.repeat(90)][index % 4]}`
  fc.assert(
    fc.property(drawn(80), (rows) => {
      const report = reportOf(rows, name)
      expect(slackViolations(renderSlack(report, LINKS, null))).toEqual([])
      const lines = linesOf(report)
      const organization = ofBand(report, 'alert').filter(({ scope }) => scope.type === 'organization')
      // Their first characters are left of names that had to be cut.
      for (const { group } of organization)
        expect(
          lines.some((line) => line.includes(group.name.slice(0, 4))),
          group.name,
        ).toBe(true)
      const order = lines.filter(isRow).map(isOfWorkspace)
      expect(order).toEqual(order.toSorted((a, b) => Number(a) - Number(b)))
    }),
    { numRuns: 60 },
  )
})

test('of 60 alerts, 10 of them of the organization, all ten are rows of their own, and the workspaces a line each', () => {
  const rows = Array.from({ length: 60 }, (_, index): Drawn => {
    const workspace = index < 10 ? null : index
    return { utilization: 0.8 + index / 100, transition: 'continuing', workspace, group: index % 10 }
  })
  const lines = linesOf(reportOf(rows, (index) => (index < 100 ? `team-${index}` : `Claude ${index}`)))
  const rowsShown = lines.filter(isRow)
  expect(rowsShown.filter((line) => !isOfWorkspace(line))).toHaveLength(10)
  const workspaces = rowsShown.filter(isOfWorkspace)
  expect(workspaces.map((line) => line.includes('peak'))).toEqual([...Array(3).fill(true), ...Array(12).fill(false)])
  expect(lines).toContain('Organization: 10 alerts')
  expect(lines).toContain('Workspaces: 50 alerts')
  expect(lines.some((line) => line.startsWith('and 35 more in alert'))).toBe(true)
})
