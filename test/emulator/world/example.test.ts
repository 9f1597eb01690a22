import { expect, test } from 'vitest'
import { exampleWorld, withLimitChange } from './example.ts'
import { type Atom, group, nameOf, usage, type World, workspace, workspaceId, world } from './world.ts'

const DAY = 86_400_000

function atoms(of: World, day: string): Atom[] {
  if (typeof of.usage !== 'function') throw new Error('The example makes its usage on demand')
  return [...of.usage(Date.parse(day), Date.parse(day) + DAY)]
}

/** Largest minute ÷ limit, of the atoms that count. */
function utilization(all: Atom[], limit: number, counts: (atom: Atom) => number): number {
  const minutes = new Map<number, number>()
  for (const atom of all) minutes.set(atom.at, (minutes.get(atom.at) ?? 0) + counts(atom))
  return Math.max(...minutes.values()) / limit
}

const input = (atom: Atom): number => atom.uncachedInput + atom.cacheCreation5m + atom.cacheCreation1h
const only = (wanted: Partial<Atom>, value: (atom: Atom) => number) => (atom: Atom) =>
  Object.entries(wanted).every(([key, part]) => atom[key as keyof Atom] === part) ? value(atom) : 0

const seeded = exampleWorld({ seed: 3, today: '2026-11-24' })
const [before, audited, after] = ['2026-11-22', '2026-11-23', '2026-11-24'].map((day) => atoms(seeded, day)) as [
  Atom[],
  Atom[],
  Atom[],
]

test('the same seed makes the same world, another seed another one, in windows of any size', () => {
  expect(atoms(exampleWorld({ seed: 3, today: '2026-11-24' }), '2026-11-23')).toEqual(audited)
  expect(atoms(exampleWorld({ seed: 4, today: '2026-11-24' }), '2026-11-23')).not.toEqual(audited)
  const { usage: between } = seeded as { usage: (from: number, to: number) => Iterable<Atom> }
  const start = Date.parse('2026-11-23')
  const hours = Array.from({ length: 24 }, (_, hour) => [
    ...between(start + hour * 3_600_000, start + (hour + 1) * 3_600_000),
  ])
  expect(hours.flat()).toEqual(audited)
})

test('the audited day has its alerts, the day before a different set, the day after what the changed limits make of it', () => {
  const digest = only({ model: 'claude-opus-5-5', speed: 'standard' }, input)
  const haiku = (atom: Atom) => (atom.model?.startsWith('claude-haiku-4-5') ? atom.requests! : 0)
  const production = only({ workspace: workspaceId('production') }, (atom) => atom.requests!)
  const tenant = only({ workspace: workspaceId('support-bot') }, (atom) => input(atom) + atom.cacheRead)
  const sonnet = only({ model: 'claude-sonnet-5' }, (atom) => atom.output)
  const on = (day: Atom[]) => ({
    digest: utilization(day, 10_000_000, digest),
    haiku: utilization(day, 10_000, haiku),
    production: utilization(day, 1_000, production),
    tenant: utilization(day, 8_000_000, tenant),
    sonnet: utilization(day, 2_000_000, sonnet),
  })
  expect(on(before)).toEqual({
    digest: expect.closeTo(0.7, 1),
    haiku: expect.closeTo(0.8, 1),
    production: expect.closeTo(0.83, 1),
    tenant: expect.closeTo(1.13, 1),
    sonnet: expect.closeTo(0.4, 1),
  })
  for (const day of [audited, after]) {
    const used = on(day)
    expect(used.digest).toBeGreaterThan(0.77)
    expect(used.haiku).toBeGreaterThan(0.5)
    expect(used.haiku).toBeLessThan(0.6)
    expect(used.production).toBeGreaterThan(0.8)
    expect(used.tenant).toBeGreaterThan(1.1)
    expect(used.sonnet).toBeGreaterThan(0.38)
    expect(used.sonnet).toBeLessThan(0.45)
  }
})

test('it holds everything an audit has to tell apart', () => {
  expect(audited.some((atom) => atom.serviceTier === 'batch' && atom.product === 'message_batches_api')).toBe(true)
  expect(audited.some((atom) => atom.speed === 'fast')).toBe(true)
  expect(audited.some((atom) => atom.model === null && atom.product === null)).toBe(true)
  expect(audited.some((atom) => atom.webSearches > 0)).toBe(true)
  const listed = new Set(seeded.groups.flatMap((each) => each.models ?? []))
  expect(audited.some((atom) => atom.model !== null && !listed.has(atom.model))).toBe(true)
  const known = new Set(seeded.workspaces.map(({ id }) => id))
  expect(audited.every((atom) => known.has(atom.workspace))).toBe(true)
  const keys = new Set([null, ...seeded.apiKeys.map(({ id }) => id)])
  expect(audited.every((atom) => keys.has(atom.apiKey))).toBe(true)
  expect(seeded.workspaces.filter(({ overrides }) => Object.keys(overrides).length > 0)).toHaveLength(4)
})

test('a day later one limit is cut, another raised, and nothing else is different', () => {
  const later = withLimitChange(seeded)
  expect(later.now() - seeded.now()).toBe(DAY)
  const changes = later.groups.flatMap((each, index) =>
    Object.entries(each.limits)
      .filter(([type, value]) => seeded.groups[index]!.limits[type] !== value)
      .map(([type, value]) => [nameOf(each), type, value]),
  )
  expect(changes).toEqual([
    ['Claude Opus 5.5', 'input_tokens_per_minute_cache_aware', 20_000_000],
    ['Claude Sonnet 5', 'output_tokens_per_minute', 1_000_000],
  ])
})

test('a tiny world is a few lines, and one that contradicts itself is refused', () => {
  const groups = [group({ name: 'Opus', models: ['a', 'b'], limits: { requests_per_minute: 4_000 } })]
  const tiny = world({ groups, usage: [usage({ at: '14:05', model: 'a', workspace: 'production', requests: 1_550 })] })
  expect(tiny.usage).toMatchObject([{ at: Date.parse('2026-11-22T14:05:00Z'), workspace: workspaceId('production') }])
  expect(tiny.workspaces.map(({ name, isDefault }) => [name, isDefault])).toEqual([['Default', true]])
  const typo = [workspace({ name: 'production', overrides: { Opas: { requests_per_minute: 1 } } })]
  expect(() => world({ groups, workspaces: typo })).toThrow('overrides "Opas"')
  expect(() => usage({ at: 'noon', model: 'a' })).toThrow('Not a time: noon')
})
