import type { AnthropicClient } from './collect/anthropic/client.ts'
import { type LimitsReading, readLimits } from './collect/limits/limits.ts'
import { readApiKeyNames } from './collect/usage/api-keys.ts'
import { peaksToExplain, readDrivers } from './collect/usage/drivers.ts'
import { type Freshness, measureUsage } from './collect/usage/measure.ts'
import { chooseUsage, type UsageReader } from './collect/usage/usage-reader.ts'
import { AuditError, describeError } from './errors.ts'
import type { Inputs } from './inputs/inputs.ts'
import { findDrift } from './judge/limits/drift.ts'
import { type JudgedLimiter, judgedLimiters } from './judge/limits/effective.ts'
import { createMeters, type Meters } from './judge/usage/meters.ts'
import { busyPages, planUsage, type UsagePlan } from './judge/usage/usage-plan.ts'
import type { Log } from './log.ts'
import type { Drift, Verdict } from './report/report.ts'
import type { Run } from './run.ts'
import { plural } from './vocabulary/figures.ts'
import { type Snapshot, snapshotOf } from './vocabulary/snapshot.ts'
import { DAY, isoDay, MINUTE } from './vocabulary/window.ts'

/** Today's limits beside the committed ones. */
export type Limits = {
  reading: LimitsReading
  committed: Snapshot | null
  /** The limits as they are now, in the snapshot's shape; what this run did not read is kept from the given committed one. */
  snapshotBeside: (committed: Snapshot | null) => Snapshot
  /** The same beside `committed`. */
  current: Snapshot
  drift: readonly Drift[]
  /** What gets a verdict: all of it, or what the inputs models and group-types leave. */
  judged: readonly JudgedLimiter[]
}

/** Reads all limits and compares them with the committed snapshot. Throws AuditError: without limits there is no audit. */
export async function collectLimits(
  client: AnthropicClient,
  inputs: Pick<Inputs, 'workspaces' | 'models' | 'groupTypes'>,
  committed: Snapshot | null,
  log: Log,
): Promise<Limits> {
  const reading = await readLimits(client, inputs.workspaces)
  log.info(readingLine(reading))
  for (const { workspace, error } of reading.unreadable) log.error(error, `Limits of workspace ${workspace.name}`)
  const read = new Set(reading.workspaces.map(({ workspace }) => workspace.id))
  const archived = new Set(reading.allWorkspaces.filter((workspace) => workspace.archived).map(({ id }) => id))
  const exists = new Set(reading.allWorkspaces.map(({ id }) => id))
  // A workspace that is gone or archived has no limits any more; one that was only not read keeps those it had.
  const isRead = (id: string) => read.has(id) || archived.has(id) || !exists.has(id)
  const snapshotBeside = (other: Snapshot | null) =>
    snapshotOf(reading.groups, reading.workspaces, { committed: other, isRead })
  const current = snapshotBeside(committed)
  const ofThisRun = { groups: current.groups, workspaces: current.workspaces.filter(({ id }) => read.has(id)) }
  return {
    reading,
    committed,
    snapshotBeside,
    current,
    drift: committed ? findDrift(committed, current) : [],
    judged: selectGroups(judgedLimiters(ofThisRun), reading, inputs),
  }
}

function readingLine({ groups, workspaces }: LimitsReading): string {
  const own = workspaces.filter(({ overrides }) => overrides.length > 0).length
  return `Read the limits of ${plural(groups.length, 'rate-limit group')} and ${plural(workspaces.length, 'workspace')}, ${own} of them with overrides.`
}

function selectGroups(
  judged: readonly JudgedLimiter[],
  { groups }: LimitsReading,
  { models, groupTypes }: Pick<Inputs, 'models' | 'groupTypes'>,
): readonly JudgedLimiter[] {
  const known = new Set(groups.flatMap((group) => group.models))
  const unknown = models.filter((model) => !known.has(model))
  if (unknown.length > 0)
    throw new AuditError(`Input models names what no rate-limit group contains: ${unknown.join(', ')}.`, {
      remedy: `Models and aliases with limits: ${[...known].join(', ')}.`,
    })
  return judged.filter(
    ({ group }) =>
      (models.length === 0 || group.models.some((model) => models.includes(model))) &&
      (groupTypes.length === 0 || groupTypes.includes(group.type)),
  )
}

export type Usage = { meters: Meters; freshness: Freshness; reader: UsageReader; warning: string | null }

/** Reads the window's usage, and the day before it, into meters. Throws AuditError: part of a day's usage is no usage. */
export async function collectUsage(
  client: AnthropicClient,
  { window, usageApi }: Pick<Inputs, 'window' | 'usageApi'>,
  { judged, drift, reading }: Limits,
  { deps, log }: Pick<Run, 'deps' | 'log'>,
): Promise<Usage> {
  const meters = createMeters(
    [...judged, ...drift.flatMap((item) => driftedLimiters(item, reading))],
    reading.groups,
    window,
  )
  const plan = planUsage(meters)
  const models = new Set(reading.groups.flatMap((group) => group.models)).size
  const pages = busyPages(plan, models)
  if (pages > MANY_PAGES) deps.saveMemory()
  let told = 0
  const onPage = ({ read, expected }: { read: number; expected: number }) => {
    if (read < told + PAGES_BETWEEN_LINES) return
    told = read
    log.info(`Read ${read} of about ${Math.max(read, expected)} pages of usage.`)
  }
  log.info(planLine(plan, usageApi, { models, pages }))
  const { reader, warning } = await chooseUsage(client, usageApi, plan.organization, { onPage })
  if (warning) log.warning(warning)
  const freshness = await measureUsage(reader, plan, meters, window)
  log.info(usageLine(reader, window.end - freshness.known))
  return { meters, freshness, reader, warning }
}

const PAGES_BETWEEN_LINES = 50
/**
 * Beyond it the rows of one page after another would lie about in memory until they are collected, a hundred megabytes more
 * in a month. A run of fewer pages is over before that.
 */
const MANY_PAGES = 200

function planLine(
  { organization, workspaces }: UsagePlan,
  usageApi: Inputs['usageApi'],
  { models, pages }: { models: number; pages: number },
): string {
  const days = (organization.end - organization.start) / DAY
  const span = `${isoDay(organization.start)} to ${isoDay(organization.end - 1)}`
  const ofWorkspaces = workspaces
    ? `, and of ${plural(workspaces.workspaceIds?.length ?? 0, 'workspace')} with overrides`
    : ''
  const what = `usage per minute of ${plural(days, 'day')} (${span}) × ${plural(workspaces ? 2 : 1, 'query', 'queries')}`
  const all = models === 1 ? 'the one model with limits is' : `all ${models} models with limits are`
  // The legacy report counts its pages in buckets, whatever is in them.
  const estimate =
    usageApi === 'legacy' ? '' : `; about ${plural(pages, 'page')} if ${all} in use every minute, fewer if not`
  return `Plan: ${what}: of the organization by model${ofWorkspaces}${estimate}.`
}

function usageLine({ source }: UsageReader, missing: number): string {
  const read = source === 'analytics' ? 'Read usage from the analytics API' : 'Read usage from the legacy report'
  return missing > 0
    ? `${read}: the last ${plural(missing / MINUTE, 'minute')} of the window not in yet.`
    : `${read}: the whole window.`
}

/** Limiters that drift speaks of and no verdict does (a removed one, the old type of a changed one): measured for the consequence. */
function driftedLimiters({ scope, group, limiter, from }: Drift, { groups }: LimitsReading) {
  const home = groups.find(({ type, name }) => type === group.type && name === group.name)
  if (!home || limiter === null) return []
  return [limiter, ...(from === null ? [] : [from])].map((type) => ({ scope, group: home, limiter: type }))
}

/**
 * The verdicts with who drove their peaks. Names and shares are a help, not the verdict: where they cannot be read,
 * the verdicts stand without them and the reason is returned.
 */
export async function explainPeaks(
  client: AnthropicClient,
  verdicts: readonly Verdict[],
  { meters, reader }: Usage,
  { allWorkspaces }: LimitsReading,
  peakWindow: Inputs['peakWindow'],
): Promise<{ verdicts: readonly Verdict[]; problem: string | null }> {
  const meterOf = ({ scope, group, limiter }: Verdict) => meters.find(scope, group, limiter)
  const { peaks, leftOut } = peaksToExplain(verdicts, meterOf, peakWindow)
  if (peaks.length === 0) return { verdicts, problem: null }
  try {
    const workspaces = new Map(allWorkspaces.map(({ id, name }) => [id, name]))
    const names = { workspaces, apiKeys: await readApiKeyNames(client) }
    const drivers = await readDrivers(reader, peaks, names)
    const withDrivers = (verdict: Verdict) => ({ ...verdict, drivers: drivers.get(verdict) ?? verdict.drivers })
    const problem =
      leftOut > 0 ? `Who drove a peak was asked for the ${peaks.length} worst; ${leftOut} more were left out.` : null
    return { verdicts: verdicts.map(withDrivers), problem }
  } catch (error) {
    return { verdicts, problem: `Who drove the peaks could not be read: ${describeError(error)}` }
  }
}
