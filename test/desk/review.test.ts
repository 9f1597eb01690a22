import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readFolder } from '../../src/desk/door.ts'
import { readFlags } from '../../src/desk/flags.ts'
import { logAtDesk } from '../../src/desk/log-at-desk.ts'
import { reviewAtDesk } from '../../src/desk/review-at-desk.ts'
import { statusLine } from '../../src/desk/screen.ts'
import { createTransport } from '../../src/transport/transport.ts'
import { ADMIN_KEY, type AnthropicEmulator, startAnthropic } from '../emulator/anthropic/server.ts'
import type { Received } from '../emulator/exchange.ts'
import { type Atom, group, usage, type World, workspace, world } from '../emulator/world/world.ts'

/** The quarterly review over real HTTP: what it asks for, what it says, and that no amount of money is in it. */

const DAY = 86_400_000
const LAST = Date.UTC(2026, 10, 22)
const FIRST = LAST - 91 * DAY
const OPUS = 'claude-opus-4-6'
const HAIKU = 'claude-haiku-4-5'
const limits = (requests: number, input: number, output: number) => ({
  requests_per_minute: requests,
  input_tokens_per_minute_cache_aware: input,
  output_tokens_per_minute: output,
})

/** Opus each day at 10:00, with a burst in one minute of the 31st day; Haiku now and then; nothing else used. */
const USAGE: readonly Atom[] = [
  ...Array.from({ length: 92 }, (_, day) => [
    usage({
      ...{ at: FIRST + day * DAY + 36_000_000, model: OPUS, workspace: 'payments', requests: 100 },
      ...{ uncachedInput: 60_000, cacheRead: 20_000, output: 12_000 },
    }),
    usage({
      ...{ at: FIRST + day * DAY + 36_000_000 + 60_000, model: OPUS, workspace: 'payments', requests: 200 },
      ...{ uncachedInput: 60_000, output: 24_000 },
    }),
  ]).flat(),
  usage({ at: FIRST + 30 * DAY + 3_600_000, model: OPUS, workspace: 'payments', requests: 900, output: 360_000 }),
  ...[3, 40].map((day) =>
    usage({
      ...{ at: FIRST + day * DAY + 7_200_000, model: HAIKU, workspace: 'evals', requests: 600 },
      ...{ uncachedInput: 400_000, cacheRead: 10_000, output: 80_000 },
    }),
  ),
  usage({ at: FIRST + 5 * DAY, model: OPUS, workspace: 'evals', batch: true, requests: 9, output: 3_000_000 }),
]

const WORLD: World = world({
  groups: [
    group({ name: 'Claude Opus 4.x', models: [OPUS], limits: limits(4_000, 2_000_000, 400_000) }),
    group({ name: 'Claude Haiku 4.5', models: [HAIKU], limits: limits(4_000, 4_000_000, 800_000) }),
    group({ name: 'Claude Sonnet 5.5', models: ['claude-sonnet-5-5'], limits: limits(4_000, 2_000_000, 400_000) }),
    group({ type: 'batch', limits: { requests_per_minute: 4_000 } }),
  ],
  workspaces: [workspace({ name: 'payments' }), workspace({ name: 'evals' })],
  usage: USAGE,
})

let anthropic: AnthropicEmulator
let folder: string
beforeEach(async () => {
  anthropic = await startAnthropic(WORLD, {
    dataRefreshedAt: '2026-11-23T05:00:00Z',
    prices: { [OPUS]: { input: 518.25, output: 2613.75 }, [HAIKU]: { input: 97.125, output: 503.5 } },
  })
  folder = await mkdtemp(join(tmpdir(), 'review-'))
})
afterEach(async () => {
  await Promise.all([anthropic.stop(), rm(folder, { recursive: true })])
})

/** Every amount that the service has named in this test. */
let amounts: Set<string>
beforeEach(() => {
  amounts = new Set()
})

async function review(argv: readonly string[] = [], env: Record<string, string> = {}) {
  const asked = readFlags(['--review', '--summary', 'r.md', '--base-url', anthropic.url, ...argv], {
    ANTHROPIC_ADMIN_KEY: ADMIN_KEY,
  })
  if (asked.kind !== 'review') throw new Error('no review')
  const texts = { screen: '', stderr: '' }
  const stream = { write: (text: string) => (texts.stderr += text) } as unknown as NodeJS.WritableStream
  const transport = createTransport({ env: {}, version: 'test' })
  const listening: typeof transport.exchange = async (url, request) => {
    const reply = await transport.exchange(url, request)
    if (!url.pathname.includes('/analytics/cost')) return reply
    const text: typeof reply.text = async (bounds) => {
      const body = await reply.text(bounds)
      for (const [, amount = ''] of body.matchAll(/"amount":"([^"]*)"/g)) amounts.add(amount)
      return body
    }
    return { ...reply, text }
  }
  const code = await reviewAtDesk(
    {
      core: logAtDesk(asked.inputs, stream, statusLine(stream)),
      env,
      fetch: transport.fetch,
      exchange: listening,
      now: anthropic.world.now,
      sleep: async () => {},
      saveMemory: () => {},
      random: () => 0.5,
      showProgress: () => {},
    },
    {
      readCommitted: readFolder(folder),
      folder,
      screen: { columns: 80, colour: false },
      file: asked.files.summary,
      print: (text) => {
        texts.screen += text
      },
    },
  )
  await transport.close()
  const page = (await readdir(folder)).includes('r.md') ? await readFile(join(folder, 'r.md'), 'utf8') : ''
  const plain = (text: string) =>
    text.replaceAll('&nbsp;', ' ').replaceAll(/&#(\d+);/g, (_all, at) => String.fromCharCode(at))
  return { code, ...texts, page: plain(page), flat: texts.screen.replace(/\s+/g, ' ') }
}

const asked = (path: string) => anthropic.requests.filter((request) => request.path.endsWith(path))
const spanOf = ({ query }: Received): [number, number] => [
  Date.parse(query.get('starting_at')!),
  Date.parse(query.get('ending_at')!),
]
const grain = (width: string) =>
  asked('/analytics/usage').filter(({ query }) => query.get('time_bucket_width') === width)
const fails = (path: RegExp | string, status: number, nth?: number) =>
  anthropic.faults.push({ path, ...(nth !== undefined && { nth, times: 1_000 }), effect: { kind: 'status', status } })
/** What says that all is well. */
const HEALTH = /\*\*(Stay|Lower)/
const rowOf = (page: string, name: string) =>
  (page.split('\n').find((line) => line.startsWith('| **') && line.includes(`| ${name} |`)) ?? '')
    .split('|')
    .map((cell) => cell.trim())

describe('a review', () => {
  test('says of each group what to do, beside its use, its cost and the tier that would carry it', async () => {
    const { code, page, screen, flat } = await review()
    expect(code).toBe(0)
    expect(page).toContain(
      '**Of 4 groups: move part of 1 or raise, lower 1, stay with 1, 1 not measurable. Build would carry all',
    )
    const cells = (name: string) => rowOf(page, name).slice(1, 7)
    expect(cells('Claude Opus 4.x')).toEqual([
      '**Move or raise**',
      'Claude Opus 4.x',
      '90 %',
      '0.1 %',
      '99.2 %',
      'Build',
    ])
    expect(cells('Claude Haiku 4.5')).toEqual(['**Stay**', 'Claude Haiku 4.5', '15 %', '0.3 %', '0.8 %', 'Start'])
    expect(cells('Claude Sonnet 5.5')).toEqual(['**Lower**', 'Claude Sonnet 5.5', '0 %', '0 %', '0 %', 'Start'])
    expect(page).toContain('**Not measurable:** Message Batches (the usage API does not tell calls')
    for (const text of [page, flat]) {
      expect(text).toContain('reached its alert line of 75 % in 1 minute on 1 of the 14 days')
      expect(text).toContain(
        'With half of claude-opus-4-6 on claude-haiku-4-5 it would be at 45 %, Claude Haiku 4.5 at 22.5 %',
      )
    }
    expect(page).toContain('| payments | 79.1 % |')
    expect(flat).toContain('By workspace: payments 79.1 % and evals 20.9 %.')
    expect(screen.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('reads 92 days by the hour and the worst 14 of them by the minute, and says which', async () => {
    const { page } = await review()
    const covered = (spans: [number, number][]) => spans.reduce((sum, [from, to]) => sum + (to - from) / DAY, 0)
    const hours = grain('1h').map(spanOf)
    expect(covered(hours)).toBeCloseTo(92, 9)
    expect(Math.min(...hours.map(([from]) => from))).toBe(FIRST)
    const minutes = grain('1m').map(spanOf)
    expect(covered(minutes)).toBeCloseTo(14, 9)
    // The burst is in one minute, and the hour that holds it is the busiest of all.
    expect(minutes.some(([from]) => from === FIRST + 30 * DAY)).toBe(true)
    expect(page).toContain('By the minute, 14 days: those with the busiest hours')
    expect(page).toContain('2026-08-23 to 2026-09-03, 2026-09-22 and 2026-10-02')
    expect(anthropic.requests.length).toBeLessThan(40)
  })

  test('holds no amount of money and no name of a person', async () => {
    const { page, screen, stderr } = await review()
    expect(amounts.size).toBeGreaterThan(5)
    const inDollars = [...amounts].map((amount) => (Number(amount) / 100).toFixed(2))
    const whole = [...amounts].reduce((sum, amount) => sum + Number(amount), 0)
    const canaries = [...amounts, ...inDollars, whole.toFixed(2), (whole / 100).toFixed(2)]
    for (const text of [page, screen, stderr]) {
      for (const canary of canaries) expect(text).not.toContain(canary)
      expect(text).not.toMatch(/[$€£]|USD|\bcents?\b|dollar/i)
    }
    for (const { query } of anthropic.requests) expect(String(query)).not.toMatch(/actor|user/)
  })

  test('judges by the lines of the policy, and takes groups by name', async () => {
    await mkdir(join(folder, '.github'))
    const policy = 'thresholds:\n  - group: Claude Opus 4.x\n    alert: 95%\n    watch: 92%\n'
    await writeFile(join(folder, '.github/claude-rate-limits.policy.yml'), policy)
    const { page } = await review(['--models', OPUS])
    expect(rowOf(page, 'Claude Opus 4.x')[1]).toBe('**Stay**')
    expect(rowOf(page, 'Claude Haiku 4.5')).toEqual([''])
  })

  test('ends with the day that was asked for', async () => {
    const { page } = await review(['--date', '2026-10-31'])
    expect(page).toContain('# Claude rate limits and cost, 2026-08-01 to 2026-10-31 (92 days, UTC)')
  })
})

describe('what cannot be read is not measurable, and never looks like health', () => {
  test.each([403, 500])('the cost, where it answers %i', async (status) => {
    fails('/v1/organizations/analytics/cost', status)
    const { code, page, flat } = await review()
    expect(code).toBe(1)
    for (const text of [page, flat]) {
      expect(text).toMatch(new RegExp(`Not measurable: .*answered ${status}`))
      expect(text).not.toContain('on claude-haiku-4-5')
    }
    expect(rowOf(page, 'Claude Opus 4.x').slice(1, 6)).toEqual(['**Raise**', 'Claude Opus 4.x', '90 %', '0.1 %', ''])
  })

  test('the cost, where an amount is none that anybody knows, and it is not repeated', async () => {
    anthropic.faults.push({
      path: '/v1/organizations/analytics/cost',
      effect: {
        kind: 'rewrite',
        rewrite: (reply) => ({
          ...reply,
          body: String(reply.body).replaceAll(/"amount":"[^"]*"/g, '"amount":"4,242.42"'),
        }),
      },
    })
    const { code, page, screen, stderr } = await review()
    expect(code).toBe(1)
    expect(page).toContain('Not measurable: ')
    for (const text of [page, screen, stderr]) expect(text).not.toContain('4,242.42')
  })

  test.each([429, 500])('the hours, where they answer %i', async (status) => {
    fails(/time_bucket_width=1h/, status, 2)
    const { code, page, flat } = await review()
    expect(code).toBe(1)
    expect(page).not.toMatch(HEALTH)
    expect(page).toContain('**Of 4 groups: 4 not measurable.**')
    for (const text of [page, flat]) {
      expect(text).toContain('Use by the hour could not be read, so that nothing of it is measurable.')
      expect(text).toContain('Share of cost')
    }
    expect(grain('1m')).toEqual([])
  })

  test.each([429, 500])('a day by the minute, where it answers %i', async (status) => {
    fails(/time_bucket_width=1m/, status, 4)
    const { code, page, flat } = await review()
    expect(code).toBe(1)
    expect(page).not.toMatch(HEALTH)
    for (const text of [page, flat]) expect(text).toContain('Use by the minute could be read for 3 days only')
    // The hour of the burst is all that is known of it: far below its line, and no sign of room.
    expect(rowOf(page, 'Claude Opus 4.x')[1]).toBe('**Not known**')
    expect(rowOf(page, 'Claude Opus 4.x')[3]).toMatch(/^≥ /)
    expect(page).toContain('but some of its use is missing')
  })

  test('minutes that do not add up to the hours', async () => {
    anthropic.faults.push({
      path: /time_bucket_width=1m/,
      effect: {
        kind: 'body',
        body: JSON.stringify({ data: [], has_more: false, next_page: null, data_refreshed_at: '2026-11-23T05:00:00Z' }),
      },
    })
    const { page } = await review()
    expect(page).not.toMatch(HEALTH)
    expect(page).toContain('**Use is not wholly known.** What was read does not add up')
  })

  test.each(['1h', '1m'])('but an answer by %s that was wrong once is asked for again', async (width) => {
    const right = await review()
    anthropic.faults.push({
      path: new RegExp(`time_bucket_width=${width}`),
      nth: 2,
      effect: {
        kind: 'rewrite',
        rewrite: (reply) => ({
          ...reply,
          body: String(reply.body).replace(/"output_tokens":\d+/, '"output_tokens":7'),
        }),
      },
    })
    const { code, page } = await review()
    expect(code).toBe(0)
    expect(page).toBe(right.page)
  })

  test('an organization that nobody uses, or whose use is somewhere else', async () => {
    anthropic.world = { ...WORLD, usage: [] }
    const { page } = await review()
    expect(page).not.toMatch(HEALTH)
    expect(page).toContain('**Use is not wholly known.** None was found: the key may be that of another organization.')
    expect(page).toContain('Not measurable: No cost is on record.')
  })

  test('use that has not arrived by the end', async () => {
    anthropic.options.dataRefreshedAt = '2026-11-22T20:00:00Z'
    const { page } = await review()
    expect(page).not.toMatch(HEALTH)
    expect(page).toContain('It is known until 2026-11-22 20:00 UTC.')
    // What is over its line is so whatever is missing; that a move would help is not known.
    expect(rowOf(page, 'Claude Opus 4.x').slice(1, 4)).toEqual(['**Raise**', 'Claude Opus 4.x', '≥ 90 %'])
  })

  test.each(['/v1/organizations/rate_limits', '/v1/organizations/analytics/usage'])(
    'nothing at all without an answer of %s',
    async (path) => {
      fails(path, 500)
      const { code, page, screen, stderr } = await review()
      expect({ code, page, screen }).toEqual({ code: 1, page: '', screen: '' })
      expect(stderr).toMatch(/The review could not be made.*answered 500/s)
    },
  )

  test('what a proxy quotes of its own password is not repeated', async () => {
    anthropic.faults.push({
      path: '/v1/organizations/rate_limits',
      times: 1_000,
      effect: {
        kind: 'rewrite',
        rewrite: (reply) => ({ ...reply, status: 403, body: 'denied to user corp, hunter2-and-a-bit' }),
      },
    })
    const { code, stderr } = await review([], { HTTPS_PROXY: 'http://corp:hunter2-and-a-bit@proxy.example:3128' })
    expect(code).toBe(1)
    expect(stderr).toContain('denied to user corp')
    expect(stderr).not.toContain('hunter2')
  })

  test('requests and cost, where the legacy report is read', async () => {
    const { code, page } = await review(['--usage-api', 'legacy'])
    expect(code).toBe(0)
    expect(page).toContain('Not measurable: requests/min, for the legacy usage report has no request count.')
    expect(page).toContain('Not measurable: The cost is known from the analytics API only, which was not read.')
    expect(asked('/analytics/cost')).toEqual([])
  })

  test('use of a model that no group lists is said', async () => {
    anthropic.world = {
      ...WORLD,
      usage: [...USAGE, usage({ at: LAST, model: 'claude-new-1', requests: 900, output: 900_000 })],
    }
    const { page, flat } = await review()
    for (const text of [page, flat])
      expect(text).toMatch(
        /Use that no limit here counts\.(\*\*)? Use of models that no rate-limit group lists.*claude-new-1/,
      )
  })
})
