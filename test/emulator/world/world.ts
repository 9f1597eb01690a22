import { createHash } from 'node:crypto'

/** An organization as Anthropic knows it: plain data, which the emulators serve and tests compare with. */
export type World = {
  organization: { id: string; name: string }
  groups: readonly WorldGroup[]
  /** The default workspace is one of them. */
  workspaces: readonly WorldWorkspace[]
  apiKeys: readonly WorldApiKey[]
  /** All atoms, or a function that makes those of [from, to) (UTC ms) on demand. */
  usage: readonly Atom[] | ((from: number, to: number) => Iterable<Atom>)
  /** What time the service believes it is, UTC ms. */
  now: () => number
}

export type WorldGroup = {
  /** ID of this organization's entry (`rate_limit_id`). */
  id: string
  groupId: string
  type: string
  /** Display name; null: the entry has none, and overrides name it by its type or first model. */
  name: string | null
  models: readonly string[] | null
  limits: Readonly<Record<string, number | null>>
}

export type WorldWorkspace = {
  id: string
  name: string
  isDefault: boolean
  archived: boolean
  /** By group (`nameOf`), then by limiter type. */
  overrides: Readonly<Record<string, Readonly<Record<string, number | null>>>>
  /** The models it may use; null: all. */
  models: readonly string[] | null
}

export type WorldApiKey = { id: string; name: string; workspace: string | null }

/** Some use at one instant: one request or many. The emulator adds atoms up to rows. */
export type Atom = {
  /** UTC ms. */
  at: number
  model: string | null
  workspace: string
  apiKey: string | null
  serviceTier: string | null
  speed: 'standard' | 'fast' | null
  product: string | null
  contextWindow: '0-200k' | '200k-1M' | null
  inferenceGeo: 'global' | 'us' | null
  /** Null: the service does not say. */
  requests: number | null
  uncachedInput: number
  cacheCreation5m: number
  cacheCreation1h: number
  cacheRead: number
  output: number
  /** Tokens of a kind that is in the total alone. */
  newerKinds: number
  webSearches: number
  /** Of a parent organization's children, whose use this is; null: the organization itself. */
  organization: string | null
}

/** The audited day of tiny worlds, and the time their service believes it is: six hours into the day after. */
export const DAY = '2026-11-22'
export const NOW = Date.parse('2026-11-23T06:00:00Z')

/** How overrides name a group: its display name, else its first model, else its type. */
export function nameOf({ name, models, type }: WorldGroup): string {
  return name ?? models?.[0] ?? type
}

/** The ID a workspace, key or group of this name has, in every world: `workspaceId('production')`. */
export const workspaceId = (name: string): string => (name.startsWith('wrkspc_') ? name : tagged('wrkspc', name))
export const apiKeyId = (name: string): string => (name.startsWith('apikey_') ? name : tagged('apikey', name))

/** A tiny world. Without `now` it is six in the morning after `DAY`; the default workspace is added where none is given. */
export function world(
  parts: Partial<Omit<World, 'now'>> & { groups: readonly WorldGroup[]; now?: number | (() => number) },
): World {
  const { now = NOW } = parts
  const made: World = {
    organization: { id: 'a3c5e7f9-1b2d-4f60-8a9c-0d1e2f304152', name: 'Example Organization' },
    apiKeys: [],
    usage: [],
    ...parts,
    workspaces: withDefault(parts.workspaces ?? []),
    now: typeof now === 'number' ? () => now : now,
  }
  for (const { name, overrides } of made.workspaces) {
    for (const named of Object.keys(overrides)) {
      if (!made.groups.some((each) => nameOf(each) === named)) {
        throw new Error(`Workspace ${name} overrides "${named}", which no group of this world is called.`)
      }
    }
  }
  return made
}

function withDefault(workspaces: readonly WorldWorkspace[]): readonly WorldWorkspace[] {
  return workspaces.some((each) => each.isDefault)
    ? workspaces
    : [workspace({ name: 'Default', isDefault: true }), ...workspaces]
}

/** A rate-limit entry: `group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-5'], limits: { … } })`, `group({ type: 'batch', … })`. */
export function group(parts: {
  type?: string
  name?: string | null
  models?: readonly string[]
  limits: WorldGroup['limits']
}): WorldGroup {
  const type = parts.type ?? 'model_group'
  const models = type === 'model_group' ? (parts.models ?? []) : null
  const name = parts.name ?? null
  const seed = name ?? models?.join() ?? type
  return { id: tagged('rl', seed), groupId: tagged('rlg', seed), type, name, models, limits: parts.limits }
}

/** A workspace: `workspace({ name: 'production', overrides: { 'Claude Opus 4.x': { requests_per_minute: 1000 } } })`. */
export function workspace(parts: Partial<WorldWorkspace> & { name: string }): WorldWorkspace {
  return { id: workspaceId(parts.name), isDefault: false, archived: false, overrides: {}, models: null, ...parts }
}

export function apiKey(name: string, workspaceName: string | null = null): WorldApiKey {
  return { id: apiKeyId(name), name, workspace: workspaceName === null ? null : workspaceId(workspaceName) }
}

/**
 * Use at `at`: `HH:MM[:SS]` of `DAY`, an RFC 3339 time, or UTC ms. Workspace and API key by name or ID; tokens and
 * requests default to 0, everything else to an ordinary Messages API request in the default workspace.
 */
export function usage(
  parts: Partial<Omit<Atom, 'at'>> & Pick<Atom, 'model'> & { at: string | number; batch?: true; fast?: true },
): Atom {
  const { at, batch, fast, ...rest } = parts
  return {
    serviceTier: batch ? 'batch' : 'standard',
    speed: fast ? 'fast' : 'standard',
    product: batch ? 'message_batches_api' : 'messages_api',
    contextWindow: '0-200k',
    inferenceGeo: 'global',
    requests: 0,
    uncachedInput: 0,
    cacheCreation5m: 0,
    cacheCreation1h: 0,
    cacheRead: 0,
    output: 0,
    newerKinds: 0,
    webSearches: 0,
    organization: null,
    ...rest,
    at: instant(at),
    workspace: workspaceId(rest.workspace ?? 'Default'),
    apiKey: rest.apiKey == null ? null : apiKeyId(rest.apiKey),
  }
}

/** A run of the code-execution tool: its `requests` are spans, and it has neither model nor product. */
export function codeExecution(parts: { at: string | number; workspace?: string; spans: number }): Atom {
  const { spans, ...rest } = parts
  const none = { model: null, product: null, serviceTier: null, speed: null, contextWindow: null, inferenceGeo: null }
  return usage({ ...rest, ...none, requests: spans })
}

function instant(at: string | number): number {
  if (typeof at === 'number') return at
  const time = Date.parse(/^\d\d:\d\d(:\d\d)?$/.test(at) ? `${DAY}T${at.length === 5 ? `${at}:00` : at}Z` : at)
  if (Number.isNaN(time)) throw new Error(`Not a time: ${at}`)
  return time
}

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** An ID in the form of Anthropic's tagged IDs, always the same for the same name. */
function tagged(prefix: string, name: string): string {
  const hash = createHash('sha256').update(`${prefix}:${name}`).digest()
  const letters = Array.from(hash.subarray(0, 22), (byte) => ALPHABET[byte % ALPHABET.length])
  return `${prefix}_01${letters.join('')}`
}
