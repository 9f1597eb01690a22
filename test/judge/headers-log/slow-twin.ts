import fc from 'fast-check'
import type { RefusalKind } from '../../../src/collect/headers-log/refusals.ts'
import { line } from '../../collect/headers-log/lines.ts'

/** Random logs, and a twin that walks one from end to end for every question it is asked. */

export const START = Date.UTC(2026, 10, 22)
export const DAY = 86_400_000
const MINUTE = 60_000

const NAMES = {
  requests_per_minute: 'anthropic-ratelimit-requests',
  output_tokens_per_minute: 'anthropic-ratelimit-output-tokens',
  tokens_per_minute: 'anthropic-ratelimit-tokens',
} as const
export const LIMITERS = Object.keys(NAMES) as (keyof typeof NAMES)[]
export const MODELS = ['claude-a', 'claude-b'] as const
export const WORKSPACES = [null, 'wrkspc_1'] as const

/** How names and values of headers are written down. */
const SPELLINGS: ((name: string, value: number) => [string, unknown])[] = [
  (name, value) => [name, String(value)],
  (name, value) => [name.toUpperCase(), value],
  (name, value) => [name, [String(value)]],
  (name, value) => [`llm_provider-${name}`, [value, ` ${value}`]],
  (name, value) => [name.replaceAll('-', '_'), ` ${value} `],
]
const CODES: Record<RefusalKind, unknown> = {
  rate_limit: { type: 'error', error: { type: 'rate_limit_error', message: 'x' } },
  acceleration: { type: 'rate_limit_error', details: { error_code: 'ramp_limit_exceeded' } },
  spend_cap: { error: { type: 'rate_limit_error', details: { error_code: 'contract_spend_limit_reached' } } },
  not_told: undefined,
}

export type Response = {
  at: number
  model: (typeof MODELS)[number]
  workspaceId: (typeof WORKSPACES)[number]
  requestId: string | null
  levels: { limiter: keyof typeof NAMES; limit: number; remaining: number | null }[]
  refused: { kind: RefusalKind; wait: number | null } | null
  spelling: number
  beside: boolean
}

export const logs: fc.Arbitrary<Response[]> = fc.array(
  fc.record({
    // A day on either side of the window too; few distinct moments, so that equal ones meet.
    at: fc
      .tuple(fc.constantFrom(-24, -20, -1, 0, 1, 5, 23, 24, 40), fc.integer({ min: 0, max: 2 }))
      .map(([hour, step]) => START + hour * 3_600_000 + step * 20_007),
    model: fc.constantFrom(...MODELS),
    workspaceId: fc.constantFrom(...WORKSPACES),
    requestId: fc.option(fc.constantFrom('req_1', 'req_2')),
    levels: fc.uniqueArray(
      fc.record({
        limiter: fc.constantFrom(...LIMITERS),
        limit: fc.constantFrom(0, 10, 20, 2000),
        remaining: fc.option(fc.oneof(fc.integer({ min: 0, max: 25 }), fc.integer({ min: 0, max: 2100 }))),
      }),
      { selector: ({ limiter }) => limiter, maxLength: 3 },
    ),
    refused: fc.option(
      fc.record({
        kind: fc.constantFrom<RefusalKind[]>('rate_limit', 'acceleration', 'spend_cap', 'not_told'),
        wait: fc.option(fc.integer({ min: 0, max: 9 })),
      }),
    ),
    spelling: fc.nat({ max: SPELLINGS.length - 1 }),
    beside: fc.boolean(),
  }),
  { maxLength: 50 },
)

export function lineOf(response: Response): string {
  const { at, model, workspaceId, requestId, levels, refused, spelling, beside } = response
  const spell = SPELLINGS[spelling]!
  const headers = Object.fromEntries([
    ...levels.flatMap(({ limiter, limit, remaining }) => [
      spell(`${NAMES[limiter]}-limit`, limit),
      ...(remaining === null ? [] : [spell(`${NAMES[limiter]}-remaining`, remaining)]),
    ]),
    ...(refused?.wait == null ? [] : [spell('retry-after', refused.wait)]),
    ...(workspaceId === null ? [] : [['anthropic-workspace-id', workspaceId]]),
    ...(requestId === null ? [] : [['Request-Id', [requestId]]]),
  ])
  const timestamp = new Date(at).toISOString()
  const outcome = refused ? { status: 429, error: CODES[refused.kind] } : {}
  return line({ timestamp, model, ...outcome, ...(beside ? headers : { headers }) } as never)
}

export type Where = Pick<Response, 'workspaceId' | 'model'>
type Window = { start: number; end: number }

const of = (log: readonly Response[], { workspaceId, model }: Where) =>
  log.filter((one) => one.workspaceId === workspaceId && one.model === model)
const within = <T extends { at: number }>(all: readonly T[], { start, end }: Window) =>
  all.filter(({ at }) => at >= start && at < end)

/** Every figure of one limiter; undefined where the log does not name it. */
export function twinLimiter(log: readonly Response[], where: Where, limiter: string, window: Window) {
  const named = of(log, where).flatMap(({ levels, at, requestId }) =>
    levels.filter((level) => level.limiter === limiter).map((level) => ({ ...level, at, requestId })),
  )
  if (named.length === 0) return undefined
  let latest = named[0]!
  for (const one of named) if (one.at >= latest.at) latest = one
  const inWindow = within(named, window)
  const measured = inWindow.flatMap((one) => {
    if (one.remaining === null || one.limit === 0) return []
    const used = one.remaining > one.limit ? 0 : one.limit - one.remaining
    return [{ ...one, remaining: one.remaining, used, share: used / one.limit }]
  })
  const limits = [...new Set(inWindow.map(({ limit }) => limit))]
  const kind = kindOf(inWindow, limits)
  const best = Math.max(...measured.map(({ share }) => share))
  const peaks = measured
    .filter(({ share }) => share === best)
    .sort((a, b) => a.at - b.at || b.limit - a.limit || ((a.requestId ?? '') < (b.requestId ?? '') ? -1 : 1))
  const minutesOver = (from: number) =>
    new Set(measured.filter((one) => one.share >= from).map(({ at }) => Math.floor(at / MINUTE))).size
  const hourly: (number | null)[] = []
  for (let hour = Math.floor(window.start / 3_600_000) * 3_600_000; hour < window.end; hour += 3_600_000) {
    const inHour = within(measured, { start: hour, end: hour + 3_600_000 })
    hourly.push(inHour.length === 0 ? null : Math.max(...inHour.map(({ used }) => used)))
  }
  return {
    latest: latest.limit,
    kind,
    peak: peaks[0] ?? null,
    lowest: Math.min(...measured.map(({ remaining }) => remaining)),
    minutesOver,
    hourly: limits.length > 1 ? null : hourly,
  }
}

/** Limits by time: one value, values that follow one another, or values side by side. */
function kindOf(named: readonly { at: number; limit: number }[], limits: readonly number[]): 'one' | 'moved' | 'mixed' {
  if (limits.length <= 1) return 'one'
  for (const limit of limits)
    for (const other of limits) {
      if (limit === other) continue
      const own = named.filter((one) => one.limit === limit).map(({ at }) => at)
      const others = named.filter((one) => one.limit === other).map(({ at }) => at)
      const isBefore = own.every((at) => others.every((then) => at < then))
      const isAfter = own.every((at) => others.every((then) => at > then))
      if (!isBefore && !isAfter) return 'mixed'
    }
  return 'moved'
}

/** Everything about what was refused of a model; undefined where nothing was. */
export function twinRefusals(log: readonly Response[], where: Where, window: Window) {
  const refused = within(of(log, where), window).flatMap(({ at, refused: one }) => (one ? [{ at, ...one }] : []))
  if (refused.length === 0) return undefined
  const minutes = [...new Set(refused.map(({ at }) => Math.floor(at / MINUTE) * MINUTE))].sort((a, b) => a - b)
  const inMinute = (minute: number) => within(refused, { start: minute, end: minute + MINUTE }).length
  const most = Math.max(...minutes.map(inMinute))
  const waits = refused.flatMap(({ wait }) => (wait === null ? [] : [wait])).sort((a, b) => a - b)
  const count = (kind: RefusalKind, all = refused) => all.filter((one) => one.kind === kind).length
  const hours = [...new Set(refused.map(({ at }) => Math.floor(at / 3_600_000) * 3_600_000))].sort((a, b) => a - b)
  const counts = (all: typeof refused) => ({
    rateLimit: count('rate_limit', all),
    acceleration: count('acceleration', all),
    spendCap: count('spend_cap', all),
    notTold: count('not_told', all),
  })
  return {
    ...counts(refused),
    requests: refused.length,
    first: Math.min(...refused.map(({ at }) => at)),
    last: Math.max(...refused.map(({ at }) => at)),
    worst: { at: minutes.find((minute) => inMinute(minute) === most), requests: most },
    retryAfter: waits.length === 0 ? null : { median: waits[Math.ceil(waits.length / 2) - 1], max: waits.at(-1) },
    hours: hours.map((at) => ({ at, ...counts(within(refused, { start: at, end: at + 3_600_000 })) })),
  }
}
