import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { levels, line } from '../collect/headers-log/lines.ts'
import { world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'
import { auditLog, refusal, requests, response, SNAPSHOT } from './logs.ts'

let services: Services
beforeEach(async () => {
  services = await startServices(world({ groups: [] }))
})
afterEach(() => services.stop())

const run = (lines: readonly string[], inputs = {}) => auditLog(services, lines, inputs)
const posted = () => JSON.stringify(services.slack.messages)
const tokens = (timestamp: string, limit: number, remaining: number) =>
  response(timestamp, levels({ tokens: [limit, remaining] }))

describe('each response is judged by the limit it names itself', () => {
  test.each([
    {
      what: 'a small combined limit used up, and a large one later',
      lines: [tokens('2026-11-22T09:00:00Z', 50_000, 0), tokens('2026-11-22T15:00:00Z', 2_400_000, 2_390_000)],
      row: { limit: 50_000, peak: 50_000, utilization: 1, band: 'alert', peak_at: '2026-11-22T09:00:00Z' },
    },
    {
      what: 'a quarter of a large combined limit, and a small one later',
      lines: [tokens('2026-11-22T09:00:00Z', 2_400_000, 1_800_000), tokens('2026-11-22T15:00:00Z', 50_000, 49_000)],
      row: { limit: 2_400_000, peak: 600_000, utilization: 0.25, band: 'ok' },
    },
    {
      what: 'a limit raised in the middle of the day',
      lines: [requests('2026-11-22T09:00:00Z', 1000, 0), requests('2026-11-22T15:00:00Z', 4000, 3000)],
      row: { limit: 1000, configured: 4000, peak: 1000, utilization: 1, band: 'alert' },
    },
    {
      what: 'a limit cut in the middle of the day',
      lines: [requests('2026-11-22T09:00:00Z', 4000, 1600), requests('2026-11-22T15:00:00Z', 1000, 900)],
      row: { limit: 4000, configured: 1000, peak: 2400, utilization: 0.6, band: 'watch' },
    },
    {
      what: 'a limit named two days after the window',
      lines: [requests('2026-11-20T09:00:00Z', 1000, 400), requests('2026-11-22T15:00:00Z', 4000, 4000)],
      row: { limit: 1000, configured: 4000, peak: 600, utilization: 0.6, band: 'watch' },
      inputs: { date: '2026-11-20' },
    },
  ])('$what', async ({ lines, row, inputs = {} }) => {
    const audit = await run(lines, inputs)
    expect(audit.report.verdicts).toMatchObject([row])
    expect(audit.report.highest_utilization).toBe(row.utilization)
  })

  test('and the snapshot takes the latest, with the move as drift at its time', async () => {
    const lines = [requests('2026-11-22T09:00:00Z', 1000, 0), requests('2026-11-22T15:00:07Z', 4000, 3000)]
    const audit = await run(lines)
    expect(JSON.parse((await services.github.read('main', SNAPSHOT)) ?? '')).toMatchObject({
      organization: [{ limits: { requests_per_minute: 4000 } }],
    })
    expect(audit.report.drift).toMatchObject([
      { class: 'raised', before: 1000, after: 4000, at: '2026-11-22T15:00:07Z', utilization_before: 1 },
    ])
    expect(audit.summary).toContain('1,000 → 4,000 (+300&nbsp;%), from 2026-11-22&nbsp;15:00 UTC on')
    expect(audit.summary).toMatch(
      /the limit moved within the window, 1,000 at first, 4,000 from 2026-11-22 15.*00 UTC on/,
    )
    expect(audit.summary).toContain('| 1,000 (now 4,000) |')
    // What is committed is no news: the same log again has nothing to report.
    expect((await run(lines)).report.drift).toEqual([])
  })

  test('and limits that stand side by side are reported as such, without one of them in the snapshot', async () => {
    const audit = await run([
      requests('2026-11-22T09:00:00Z', 50, 0),
      requests('2026-11-22T09:10:00Z', 4000, 3900),
      requests('2026-11-22T09:20:00Z', 50, 49),
      requests('2026-11-22T09:30:00Z', 4000, 3900),
    ])
    expect(audit.report.verdicts).toMatchObject([{ limit: 50, peak: 50, utilization: 1, hourly: null }])
    expect(audit.report.findings).toContainEqual({
      kind: 'mixed-limits',
      message: expect.stringMatching(/several limits side by side, 50 and 4,000: .*anthropic-workspace-id/),
    })
    expect(audit.report.drift).toEqual([])
    expect(JSON.parse((await services.github.read('main', SNAPSHOT)) ?? '')).toMatchObject({ organization: [] })
  })

  test('and two workspaces in one log are told apart, as the recipe logs them', async () => {
    const of = (id: string, limit: number, remaining: number, minute: string) =>
      response(`2026-11-22T09:${minute}:00Z`, {
        ...levels({ requests: [limit, remaining] }),
        'anthropic-workspace-id': id,
        'anthropic-organization-id': '00000000-0000-4000-8000-000000000000',
      })
    const audit = await run([
      of('wrkspc_1', 50, 1, '00'),
      of('wrkspc_2', 4000, 3950, '01'),
      of('wrkspc_1', 50, 40, '02'),
    ])
    expect(audit.report.verdicts).toMatchObject([
      { scope: { id: 'wrkspc_1' }, limit: 50, utilization: 0.98, band: 'alert' },
      { scope: { id: 'wrkspc_2' }, limit: 4000, utilization: 0.0125, band: 'ok' },
    ])
    expect(audit.report.findings.map(({ kind }) => kind)).not.toContain('mixed-limits')
  })
})

describe('headers are read however they were logged', () => {
  const half = {
    'anthropic-ratelimit-output-tokens-limit': '1000',
    'anthropic-ratelimit-output-tokens-remaining': '900',
  }
  const name = (part: string) => `anthropic-ratelimit-requests-${part}`
  test.each([
    ['as lists, as in Elixir and in http.Header of Go', { [name('limit')]: ['1000'], [name('remaining')]: ['0'] }],
    [
      'with the prefix of LiteLLM',
      { [`llm_provider-${name('limit')}`]: '1000', [`llm_provider-${name('remaining')}`]: '0' },
    ],
    ['in capitals', { [name('limit').toUpperCase()]: '1000', [name('remaining').toUpperCase()]: '0' }],
    ['with underscores', { [name('limit').replaceAll('-', '_')]: 1000, [name('remaining').replaceAll('-', '_')]: 0 }],
  ])('%s', async (_, headers) => {
    const audit = await run([line({ headers: { ...half, ...headers } as never })])
    expect(audit.report.verdicts).toMatchObject([
      { limiter: 'output_tokens_per_minute', utilization: 0.1 },
      { limiter: 'requests_per_minute', utilization: 1, band: 'alert' },
    ])
    expect(audit.report.window.complete).toBe(true)
  })

  test('and one that cannot be used is reported, never passed over', async () => {
    const audit = await run([
      line({ headers: { ...half, [name('limit')]: ['1000', '2000'], [name('remaining')]: '0' } as never }),
    ])
    expect(audit.outputs['data-complete']).toBe('false')
    expect(audit.summary).toContain('log.jsonl line 1&#58; anthropic-ratelimit-requests-limit is no whole number')
    expect(audit.summary).not.toContain('🟢 Claude rate limits')
  })
})

describe('a log without what it takes', () => {
  test('is blind where no response carries the headers, and says what was seen instead', async () => {
    const headers = { 'content-type': 'application/json', 'x-ratelimit-limit-requests': '5' }
    const audit = await run([line({ headers }), line({ headers })])
    expect(audit.code).toBe(1)
    expect(audit.log).toContain(
      'No response in the window carries the headers anthropic-ratelimit-*; seen instead: content-type and x-ratelimit-limit-requests.',
    )
    expect(audit.summary).toContain('the audit is blind')
    expect(posted()).toContain('x-ratelimit-limit-requests')
    expect(audit.outputs['snapshot-operation']).toBe('')
  })
})

describe('the window of a log', () => {
  const hour = (from: number) =>
    Array.from({ length: 200 }, (_, index) => {
      const at = `2026-11-23T05:${String(from + (index % 30)).padStart(2, '0')}:${String(index % 60).padStart(2, '0')}Z`
      return index % 4 === 0 ? requests(at, 1000, 0, refusal()) : requests(at, 1000, 800)
    })

  test('is what the log holds, to the minute: a log of the last hour is judged now', async () => {
    const audit = await run(hour(10))
    expect(audit.outputs).toMatchObject({
      'window-start': '2026-11-23T05:10:00Z',
      'window-end': '2026-11-23T05:40:00Z',
      status: 'alert',
    })
    expect(audit.report.refusals).toMatchObject([{ requests: 50, rate_limit: 50 }])
    expect(audit.summary).toContain('2026-11-23 05:10 to 05:40 UTC')
    expect(audit.log).toContain('200 responses in the window, 0 outside it')
  })

  test('is today where that is asked for, and what lies outside is counted and reported', async () => {
    const audit = await run([requests('2026-11-22T23:59:59Z', 1000, 0), ...hour(10)], { date: 'today' })
    expect(audit.outputs).toMatchObject({
      'window-start': '2026-11-23T00:00:00Z',
      'window-end': '2026-11-23T06:01:00Z',
    })
    expect(audit.report.log).toMatchObject({ responses: 201, in_window: 200 })
    expect(audit.summary).toContain('200 responses in the window, 1 outside it')
  })

  test('of today is whole, for a log has no lag as the usage API has', async () => {
    const ofLog = await run([requests('2026-11-23T05:00:00Z', 1000, 900)], { date: 'today' })
    expect(ofLog.report.live).toBeUndefined()
    expect(ofLog.report.window).toMatchObject({ start: '2026-11-23T00:00:00Z', complete: true })
    expect(ofLog.report.verdicts).toMatchObject([{ band: 'ok', peak: 100 }])
  })

  test('is not stretched by a line from a time that is yet to come', async () => {
    const audit = await run([requests('2026-11-23T05:00:00Z', 1000, 900), requests('2099-01-01T00:00:00Z', 1000, 0)])
    expect(audit.outputs['window-end']).toBe('2026-11-23T05:01:00Z')
    expect(audit.report.verdicts).toMatchObject([{ utilization: 0.1 }])
    expect(audit.report.log).toMatchObject({ not_understood: 1, first_problem: expect.stringContaining('yet to come') })
  })
})

describe('requests that were refused', () => {
  const at = (index: number) => `2026-11-22T${index < 300 ? '14:05' : '16:00'}:${String(index % 60).padStart(2, '0')}Z`
  const many = (number: number, code: (index: number) => string | undefined, headers = {}) =>
    Array.from({ length: number }, (_, index) =>
      response(at(index), { ...levels({ requests: [1000, 900] }), ...headers }, refusal(code(index))),
    )

  test('make an alert of their model, whatever was used, in every place that alerts reach', async () => {
    const refused = many(500, (index) => (index % 2 === 0 ? undefined : 'ramp_limit_exceeded'), { 'retry-after': '30' })
    const audit = await run([...refused, requests('2026-11-22T15:00:00Z', 9, 9, { model: 'claude-haiku-4-5' })])
    expect(audit.outputs).toMatchObject({ status: 'alert', 'alert-count': '1', 'highest-utilization': '0.1' })
    expect(JSON.parse(audit.outputs.alerts ?? '')).toMatchObject([
      {
        group: { name: 'claude-opus-4-6' },
        limiter: 'refused',
        band: 'alert',
        reason: 'refused',
        transition: 'new',
        utilization: null,
        refused: {
          requests: 500,
          rate_limit: 250,
          acceleration: 250,
          worst_minute: { at: '2026-11-22T14:05:00Z', requests: 300 },
          retry_after: { median: 30, max: 30 },
        },
      },
    ])
    const text =
      '500 requests refused (250 by a rate limit, 250 by acceleration), most at 2026-11-22 14:05 UTC (300), asked to wait 30 s'
    expect(audit.log).toContain(`warning: Claude rate limits: 500 requests refused: claude-opus-4-6: ${text}`)
    const seconds = Date.UTC(2026, 10, 22, 14, 5) / 1_000
    expect(posted()).toContain(text)
    expect(posted()).toContain(`most at <!date^${seconds}^{time} {date_short_pretty}|2026-11-22 14:05 UTC> (300)`)
    expect(audit.summary).toContain('🔴 Claude rate limits: 500 requests refused, highest 10&nbsp;%')
    expect(audit.summary).toContain('| claude-opus-4-6 | 250 | 250 | 0 | 0 | 2026-11-22 14:05 UTC |')
    expect(audit.summary).toContain('  bar [300, 0, 200]')
    expect(audit.summary).toContain('Let use rise more slowly (claude-opus-4-6)')
    expect(audit.report.refusals).toMatchObject([
      {
        by_hour: [
          { at: '2026-11-22T14:00:00Z', rate_limit: 150 },
          { at: '2026-11-22T16:00:00Z', acceleration: 100 },
        ],
      },
    ])
  })

  test('by a spend cap say that the money is spent until the first, and that no limit helps', async () => {
    const audit = await run(many(300, () => 'enforced_spend_limit_reached'))
    expect(audit.outputs).toMatchObject({ status: 'alert', 'alert-count': '1' })
    const text = 'the money is spent until 2026-12-01 00:00 UTC, and no rate limit helps'
    expect(audit.summary).toContain(text)
    expect(posted()).toContain(text)
    expect(audit.report.refusals).toMatchObject([{ spend_cap: 300, retry_after: null }])
  })

  test('are an alert even where no response carries the headers, beside the failure to measure', async () => {
    const audit = await run(Array.from({ length: 3 }, () => line({ ...refusal() })))
    expect(audit.code).toBe(1)
    expect(audit.outputs).toMatchObject({ status: 'alert', 'alert-count': '1', 'highest-utilization': '' })
    expect(audit.summary).toContain('3 requests refused, no use could be measured')
    expect(audit.summary).toContain('No response in the window carries the headers')
    expect(await services.github.read('main', SNAPSHOT)).toBeNull()
  })

  test('are old news on the day after, and are posted all the same', async () => {
    const day = (date: string) => requests(`${date}T09:00:00Z`, 1000, 900, refusal())
    const audit = await run([day('2026-11-21'), day('2026-11-22')], { date: '2026-11-22', notify: 'on-change' })
    expect(audit.report.verdicts).toMatchObject([{ limiter: 'refused', transition: 'continuing' }, {}])
    expect(services.slack.messages).toHaveLength(1)
  })

  test('may be muted by the policy like any alert', async () => {
    const mute = 'mutes:\n  - { group: claude-opus-4-6, until: 2026-12-01, owner: ops, reason: known }\n'
    await services.github.seed({ '.github/claude-rate-limits.policy.yml': mute })
    const audit = await run(many(5, () => undefined))
    expect(audit.outputs).toMatchObject({ status: 'ok', 'alert-count': '0' })
    expect(audit.report.verdicts).toMatchObject([{ limiter: 'refused', muted: { owner: 'ops' } }, {}])
  })

  test('fail the run where fail-on asks for it', async () => {
    const audit = await run(
      many(5, () => undefined),
      { 'fail-on': 'alert' },
    )
    expect(audit.code).toBe(1)
    expect(audit.log).toContain('requests were refused (fail-on: alert)')
  })
})

test('the texts of a log speak of logs only', async () => {
  const audit = await run([
    requests('2026-11-22T09:00:00Z', 1000, 100),
    response('2026-11-22T09:00:00Z', levels({ requests: [9] }), { model: 'claude-haiku-4-5' }),
  ])
  for (const text of [audit.summary, audit.log, posted()])
    expect(text).not.toMatch(/usage-api|analytics API|usage API|how fresh|usage data|not in yet|Rate Limits API/i)
})
