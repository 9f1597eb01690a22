import { describe, expect, test } from 'vitest'
import type { Report } from '../../../src/report/report.ts'
import { renderBlindSummary } from '../../../src/tell/blind.ts'
import { slackAsText } from '../../../src/tell/slack/as-text.ts'
import { renderSlack } from '../../../src/tell/slack/slack-message.ts'
import type { Delivery } from '../../../src/tell/summary/delivery.ts'
import { renderSummary } from '../../../src/tell/summary/summary.ts'
import { fenced } from '../../../src/tell/words/markdown.ts'
import { isMeasured } from '../../../src/tell/words/select.ts'
import { EXAMPLES, LINKS, manyAlerts } from '../examples.ts'
import { renderHtml } from '../page.ts'

const MIB = 1_048_576
const quiet = EXAMPLES['quiet-day'].report
const asRead = (text: string) => text.replaceAll('&nbsp;', ' ')
const title = (report: Report) => asRead(renderSummary(report, LINKS, null)).split('\n')[0]

describe('the verdict line', () => {
  test('of a whole and quiet day is green', () => {
    expect(title(quiet)).toBe('## 🟢 Claude rate limits: all 12 measured below 50 %, highest 45.1 %')
  })

  test('of a day with mutes speaks of what is not muted first, and of the muted beside it', () => {
    const muted = { owner: 'ops', reason: 'load test', until: '2026-12-01' }
    const [first, ...rest] = quiet.verdicts.filter(isMeasured)
    const loud = { ...first!, utilization: 1.2, band: 'alert' as const, muted }
    expect(title({ ...quiet, verdicts: [loud, ...rest] })).toMatch(
      /: all 11 measured below 50 %, highest [\d.]+ %, 1 muted at up to 120 %$/,
    )
    expect(title({ ...quiet, verdicts: [loud] })).toBe(
      '## 🟢 Claude rate limits: every limit measured is muted, highest 120 %',
    )
  })

  test('is never green where use, limits or a delivery are missing', () => {
    expect(title(EXAMPLES['incomplete-data'].report)).toBe(
      '## ⚪ Claude rate limits: not fully measured, highest seen 62 %',
    )
    expect(title(EXAMPLES['partial-failure'].report)).toBe(
      '## ⚪ Claude rate limits: not fully measured, highest seen 45.1 %',
    )
    expect(title(EXAMPLES['nothing-measurable'].report)).toBe('## ⚪ Claude rate limits: nothing could be measured')
    const undelivered = { ...quiet, failures: [{ resource: 'snapshot', message: 'branch is protected' }] }
    expect(title(undelivered)).toBe(
      '## ⚪ Claude rate limits: all 12 measured below 50 %, highest 45.1 %, but not everything could be read or delivered',
    )
  })

  test('takes a workspace whose override has no value for read: it inherits what the organization has, be it no value', () => {
    const { verdicts, unread_workspaces } = EXAMPLES['partial-failure'].report
    const row = verdicts.find(({ scope }) => scope.type === 'workspace' && scope.id === unread_workspaces?.[0]?.id)
    const all = quiet.verdicts.filter(({ scope }) => scope.type === 'organization')
    const inherited = { ...quiet, verdicts: [...all, { ...row!, limit_source: 'organization' as const }] }
    expect(title(inherited)).toBe(title({ ...quiet, verdicts: all }))
    const summary = renderSummary(inherited, LINKS, null)
    expect(summary).toContain('There is no value to compare with; the Console shows what applies.')
    expect(summary).not.toContain('once the limits of this workspace can be read')
    const unread = { ...quiet, verdicts: [...all, row!], unread_workspaces: unread_workspaces! }
    expect(title(unread)).toMatch(/^## ⚪ .*: not fully measured/)
    expect(renderSummary(unread, LINKS, null)).toContain('once the limits of this workspace can be read')
  })

  test('of an alert is red, whatever else is missing', () => {
    const report = { ...EXAMPLES['first-alert'].report, window: EXAMPLES['incomplete-data'].report.window }
    expect(title(report)).toBe('## 🔴 Claude rate limits: 2 limits at or over 75 %, highest 104 %')
  })
})

test('a limit not reached by the last digit is written so, in its band', () => {
  const summary = asRead(renderSummary(EXAMPLES['first-alert'].report, LINKS, null))
  expect(summary).toContain('🟡 Claude Sonnet 4.x, input tokens/min (cache reads free): 74.96 %')
  expect(summary).not.toMatch(/🟡[^\n]*\b75 %\s*$/m)
})

test('unknown hours are marked, not drawn as use, and named in the table', () => {
  const summary = renderSummary(EXAMPLES['incomplete-data'].report, LINKS, null)
  expect(summary).toContain('"20", "21?", "22?", "23?"]')
  expect(summary).toContain('A question mark: not known yet, drawn as nothing.')
  expect(summary).toContain('| 21:00 | not known |')
})

describe('a run that told nobody says so:', () => {
  const { report } = EXAMPLES['first-alert']
  const said = (delivery: Delivery) => renderSummary(report, LINKS, null, delivery)
  const message = renderSlack(report, LINKS, null)

  test('a dry run in its first line, with the message that would have been posted as text', () => {
    const summary = said({ dryRun: true, slack: { kind: 'rehearsed', message } })
    const [first, , second] = summary.split('\n')
    expect(first).toMatch(/^## 🔴 Dry run · Claude rate limits: 2 limits/)
    expect(second).toContain('nothing was committed, posted or opened')
    expect(summary).toContain(
      `### The Slack message that would have been posted\n\n\`\`\`text\n${slackAsText(message).trim()}\n\`\`\``,
    )
    expect(slackAsText(message)).toContain('peak 1,040 at 14:05 UTC')
  })

  test('a dry run that would have posted nothing', () => {
    expect(said({ dryRun: true, slack: { kind: 'not-wanted' } })).toContain('Nothing would have been posted to Slack')
  })

  test('one without a webhook', () => {
    expect(said({ dryRun: false, slack: { kind: 'not-set-up' } })).toContain('Slack is not set up')
    const blind = renderBlindSummary(EXAMPLES.blind.blind, LINKS, { dryRun: true, slack: { kind: 'not-set-up' } })
    expect(blind).toMatch(/^## ⚪ Dry run · Claude rate limits: the audit is blind\n/)
    expect(blind).toContain('Slack is not set up')
  })

  test('and no other', () => {
    for (const kind of ['delivered', 'not-wanted'] as const) {
      expect(said({ dryRun: false, slack: { kind } })).not.toMatch(/Slack|[Dd]ry run/)
    }
  })

  test('in a fence that no name can close', () => {
    const scope = { type: 'workspace', id: 'wrkspc_1', name: '````' } as const
    const verdicts = report.verdicts.map((row) => (row.scope.type === 'workspace' ? { ...row, scope } : row))
    const hostile = renderSlack({ ...report, verdicts }, LINKS, null)
    const summary = said({
      dryRun: true,
      slack: { kind: 'rehearsed', message: { ...hostile, blocks: [...hostile.blocks] } },
    })
    expect(summary).toContain('text\n🔴 Claude rate limits')
    expect(fenced('a ```` b')).toBe('`````text\na ```` b\n`````')
  })
})

test('a pull request that waits for review is linked as long as it waits', () => {
  const { report } = EXAMPLES.drift
  const pullRequest = { operation: 'none', number: 12, url: 'https://github.com/acme/limits/pull/12' } as const
  const snapshot = { operation: 'unchanged', path: 'x.json', commit: null, pullRequest, note: null } as const
  expect(renderSummary(report, LINKS, snapshot)).toContain(`[Pull request #12](${pullRequest.url}) waits for review.`)
  const none = { ...snapshot, pullRequest: { operation: 'none', number: null, url: null } } as const
  expect(renderSummary(report, LINKS, none)).not.toContain('Pull request')
})

describe('above 1 MiB', () => {
  test.each([500, 8_000])('%i rows shrink in steps, and the summary says so', (number) => {
    const report = manyAlerts(number)
    const summary = renderSummary(report, LINKS, null)
    const size = Buffer.byteLength(summary)
    expect(size).toBeLessThanOrEqual(MIB)
    expect(asRead(summary)).toContain(`${number.toLocaleString('en-US')} limits at or over 75 %`)
    expect(summary.includes('**Shortened:**')).toBe(number > 500)
    expect(/[\d,]+ rows with less use are not shown here/.test(summary)).toBe(number > 500)
  })

  test('counts bytes: names outside ASCII shrink it sooner', () => {
    const name = '名'.repeat(90)
    const report = manyAlerts(2_500)
    const verdicts = report.verdicts.map((row) =>
      row.scope.type === 'workspace' ? { ...row, scope: { ...row.scope, name } } : row,
    )
    expect(renderSummary(report, LINKS, null).includes('**Shortened:**')).toBe(false)
    const summary = renderSummary({ ...report, verdicts }, LINKS, null)
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(MIB)
    expect(summary.includes('**Shortened:**')).toBe(true)
  })

  test('the shortest form is bounded even where everything is long', () => {
    const long = '<&|'.repeat(400)
    const report: Report = {
      ...manyAlerts(3_000),
      findings: Array.from({ length: 5_000 }, () => ({ kind: 'inert-override', message: long })),
      failures: Array.from({ length: 5_000 }, () => ({ resource: long, message: long })),
      unmatched_models: Array.from({ length: 5_000 }, () => ({ model: long, requests: 1, tokens: 1 })),
      drift: Array.from({ length: 5_000 }, () => EXAMPLES['hostile-names'].report.drift[0]).filter(
        (item) => item !== undefined,
      ),
    }
    const summary = renderSummary(report, LINKS, null)
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(MIB)
    expect(summary.includes('**Shortened:**')).toBe(true)
  })
})

test('every table of every example has as many cells in a row as it has columns', async () => {
  for (const name of ['first-alert', 'drift', 'hostile-names', 'partial-failure'] as const) {
    const { report, snapshot } = EXAMPLES[name]
    const html = await renderHtml(renderSummary(report, LINKS, snapshot))
    const tables = html.split('<table>').slice(1)
    expect(tables.length).toBeGreaterThan(2)
    for (const table of tables) {
      const rows = table.split('</table>')[0]?.split('<tr>').slice(1) ?? []
      const sizes = new Set(rows.map((row) => row.match(/<t[hd][ >]/g)?.length))
      expect(sizes.size).toBe(1)
    }
  }
})
