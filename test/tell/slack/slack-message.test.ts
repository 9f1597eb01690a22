import { fetch as undiciFetch } from 'undici'
import { describe, expect, test } from 'vitest'
import { postToSlack } from '../../../src/deliver/post-to-slack.ts'
import type { MeasuredRow, Report } from '../../../src/report/report.ts'
import { renderBlindSlack } from '../../../src/tell/blind.ts'
import type { Notify } from '../../../src/tell/slack/notify.ts'
import { slackViolations } from '../../../src/tell/slack/slack-limits.ts'
import { renderSlack } from '../../../src/tell/slack/slack-message.ts'
import { isMeasured } from '../../../src/tell/words/select.ts'
import type { PullRequestOutcome, SnapshotOutcome } from '../../../src/vocabulary/snapshot-outcome.ts'
import { startSlack } from '../../emulator/slack/slack.ts'
import { EXAMPLES, type Example, LINKS, manyAlerts } from '../examples.ts'
import { renderExample } from '../renderings.ts'

const deps = {
  fetch: undiciFetch as unknown as typeof globalThis.fetch,
  now: Date.now,
  random: () => 0,
  sleep: async () => {},
  redact: (text: string) => text,
}

test.each([0, 1, 50, 500])('a message of %i alerts passes the limits of the emulator', async (number) => {
  const slack = await startSlack()
  try {
    const message = renderSlack(manyAlerts(number), LINKS, null)
    expect(await postToSlack(deps, slack.webhookUrl, message)).toEqual({ kind: 'delivered' })
    const [posted] = slack.messages
    const text = JSON.stringify(posted)
    // Three workspaces in full, and twelve in a line each.
    if (number > 15) expect(text).toContain(`and ${number - 15} more in alert>`)
    else expect(text).not.toContain(' more')
    expect(text).toContain(
      number === 0 ? 'measured below 50 %' : `${number} ${number === 1 ? 'limit' : 'limits'} at or over 75 %`,
    )
  } finally {
    await slack.stop()
  }
})

test.each([
  [1, 'all by workspace *batch*'],
  [0.5, 'mostly workspace *batch* 50 %'],
  [0.49, 'led by workspace *batch* 49 %'],
  [0.25, 'led by workspace *batch* 25 %'],
])('a share of %d in a peak reads: %s', (share, words) => {
  const { report } = EXAMPLES['first-alert']
  const drivers = { workspaces: [{ id: 'w', name: 'batch', share }], api_keys: [], models: [] }
  const verdicts = report.verdicts.map((row) => (row.band === 'alert' ? { ...row, drivers } : row))
  const organization = verdicts.filter(({ scope }) => scope.type === 'organization')
  expect(JSON.stringify(renderSlack({ ...report, verdicts: organization } as Report, LINKS, null))).toContain(words)
})

test.each(Object.entries(EXAMPLES) as [string, Example][])('%s is within every limit', (_name, example) => {
  expect(slackViolations(renderExample(example).slack)).toEqual([])
})

test('names as long as they come, in everything at once, are still within every limit', () => {
  const long = (text: string) => `<&>*_\`${text}`.repeat(200)
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        (key === 'name' || key === 'message' || key === 'resource') && typeof item === 'string'
          ? long(item)
          : rename(item),
      ]),
    )
  }
  const all = {
    ...EXAMPLES['alerts-50'].report,
    drift: EXAMPLES.drift.report.drift,
    failures: EXAMPLES['hostile-names'].report.failures,
    findings: Array.from({ length: 9 }, () => ({ kind: 'mute-expired' as const, message: 'ended' })),
  }
  const snapshot = {
    operation: 'skipped',
    because: 'partial',
    path: long('p'),
    commit: null,
    pullRequest: null,
    note: long('n'),
  } as const
  const message = renderSlack(rename(all) as Report, LINKS, snapshot)
  expect(slackViolations(message)).toEqual([])
  expect(JSON.stringify(message)).toContain('50 limits at or over 75 %')
  const blind = renderBlindSlack({ ...EXAMPLES.blind.blind, error: long('x') }, LINKS)
  expect(slackViolations(blind)).toEqual([])
})

test('a long name of a group does not push out of the headline that not everything could be read', () => {
  const { report } = EXAMPLES['hostile-names']
  const verdicts = report.verdicts.map((row) => ({ ...row, group: { ...row.group, name: 'x'.repeat(90) } }))
  const [header] = renderSlack({ ...report, verdicts }, LINKS, null).blocks as { text: { text: string } }[]
  expect(header!.text.text).toMatch(/highest 104 %, but not everything could be read or delivered$/)
})

const headerOf = (report: Report) =>
  (renderSlack(report, LINKS, null).blocks as { text: { text: string } }[])[0]!.text.text
const textOf = (report: Report) => JSON.stringify(renderSlack(report, LINKS, null))

test('the header names whose limit the highest figure is of', () => {
  const { report } = EXAMPLES['first-alert']
  expect(headerOf(report)).toBe(
    '🔴 Claude rate limits: 2 limits at or over 75 %, highest 104 % (workspace production, Opus 4.x requests/min)',
  )
  const organization = report.verdicts.filter(({ scope }) => scope.type === 'organization')
  expect(headerOf({ ...report, verdicts: organization })).toBe(
    '🔴 Claude rate limits: 1 limit at or over 75 %, highest 83 % (organization, Opus 4.x input tokens/min, cache reads free)',
  )
})

test('who drove less than a quarter of a peak is not named: others drove it as much', () => {
  const { report } = EXAMPLES['first-alert']
  const drivers = { workspaces: [{ id: 'w', name: 'evals', share: 0.249 }], api_keys: [], models: [] }
  const verdicts = report.verdicts.map((row) => (row.band === 'alert' ? { ...row, drivers } : row))
  expect(textOf({ ...report, verdicts } as Report)).not.toContain('evals')
})

test("times are in the reader's own zone, with UTC for what can't show it", () => {
  const at = Date.UTC(2026, 10, 22, 14, 5) / 1_000
  const { blocks, text } = renderSlack(EXAMPLES['first-alert'].report, LINKS, null)
  expect(JSON.stringify(blocks)).toContain(`peak 1,040 at <!date^${at}^{time} {date_short_pretty}|14:05 UTC> · worse`)
  expect(JSON.stringify(blocks).replaceAll(/<!date[^>]+>/g, '')).not.toContain('14:05')
  // A notification has no zone that Slack would put in.
  expect(text).toContain('at 14:05 UTC')
  expect(text).not.toContain('<!date')
})

describe('the message of a first snapshot', () => {
  const { report } = EXAMPLES['quiet-day']
  const first = { ...report, first_snapshot: true }
  const snapshot = { ...EXAMPLES.week.snapshot }
  const said = (notify: Notify) => JSON.stringify(renderSlack(first, LINKS, snapshot, { notify }))

  test('is one line on what is watched from now on, and when it will be heard of', () => {
    expect(said('on-alert')).toContain(
      'Watching 12 limits of the organization and 2 workspaces; quiet unless one comes near its limit, recovers or is changed.',
    )
    expect(said('always')).toContain(
      'Watching 12 limits of the organization and 2 workspaces; a message after every run.',
    )
  })

  test('is not that of any other run', () => {
    expect(JSON.stringify(renderSlack(report, LINKS, snapshot))).not.toContain('Watching')
    expect(JSON.stringify(renderSlack(first, LINKS, null))).not.toContain('Watching')
  })
})

test('a limit that newly came to watch is not the one that there is no room for', () => {
  const watch = (index: number): Partial<MeasuredRow> => ({
    group: { type: 'model_group', name: `Group ${index}` },
    band: 'watch',
    utilization: 0.7 - index / 100,
    transition: index === 9 ? 'new' : 'continuing',
  })
  const [row] = EXAMPLES['quiet-day'].report.verdicts.filter(isMeasured)
  const verdicts = Array.from({ length: 10 }, (_, index) => ({ ...row!, ...watch(index) }))
  const text = textOf({ ...EXAMPLES['quiet-day'].report, status: 'watch', verdicts })
  expect(text).toContain('*Organization*: 10 to watch (1 new or worse)')
  expect(text).toContain('Group 9')
  expect(text).toContain('and 7 more to watch>')
})

test('a mute that has ended is in the message', () => {
  const message = 'The mute of group Claude Haiku 4.5 ended on 2026-11-21 and is ignored from now on.'
  const report = { ...EXAMPLES['first-alert'].report, findings: [{ kind: 'mute-expired' as const, message }] }
  expect(JSON.stringify(renderSlack(report, LINKS, null))).toContain(`*Mutes that have ended*\\n• ${message}`)
})

describe('the pull request of the run', () => {
  const { report, snapshot } = EXAMPLES.drift
  const buttons = (pullRequest: PullRequestOutcome) => {
    const message = renderSlack(report, LINKS, { ...snapshot, pullRequest } as SnapshotOutcome)
    return JSON.stringify(message.blocks.at(-1))
  }
  const url = 'https://github.com/acme/limits/pull/12'

  test('has a button as long as it waits, and none when it is closed', () => {
    expect(buttons({ operation: 'updated', number: 12, url })).toContain('Review pull request')
    expect(buttons({ operation: 'none', number: 12, url })).toContain(url)
    expect(buttons({ operation: 'closed', number: 12, url })).not.toContain(url)
    expect(buttons({ operation: 'none', number: null, url: null })).not.toContain('pull request')
  })

  test('that is to be opened by hand says so on it', () => {
    expect(buttons({ operation: 'branch-only', number: null, url, error: null })).toContain('Open pull request')
  })
})
