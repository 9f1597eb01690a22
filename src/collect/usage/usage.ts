import type { Deps } from '../../deps.ts'
import { AuditError } from '../../errors.ts'
import type { ApiInputs } from '../../inputs/inputs.ts'
import type { Run } from '../../run.ts'
import { count, plural } from '../../vocabulary/figures.ts'
import type { Workspace } from '../../vocabulary/limits/groups.ts'
import { DAY, isoDay, isoTime, knownAlike, MINUTE, type Window } from '../../vocabulary/use/window.ts'
import { DOCUMENTED_PER_MINUTE } from '../anthropic/budget.ts'
import type { Connection } from '../anthropic/connection.ts'
import { knownPart, readTail, type Tail } from '../live/live-usage.ts'
import { createAnalyticsReader } from './analytics.ts'
import type { MinutesQuery } from './cells.ts'
import { type Census, readCensus, readOrganizationIds } from './census.ts'
import { type Freshness, freshnessOf } from './freshness.ts'
import { createLegacyReader } from './legacy.ts'
import { collectMinutes, type Folds, type MinutesPlan } from './minutes.ts'
import type { OnPage, Range, UsageReader } from './usage-reader.ts'

/** Reading usage: first a census, then, of what it shows to be needed, the minutes. */

/** `grid`: what is to be read by the minute: the window and the time before it, of a live window the part that is known. */
export type Counted = { reader: UsageReader; census: Census; grid: Range; recount: () => Promise<Census> }

export type Usage = {
  census: Census
  freshness: Freshness
  /** Questions whose minutes never added up to the census. */
  unreconciled: readonly MinutesQuery[]
  /** Whether the service takes the filter by model. */
  takesFilter: boolean
  /** Of a live window: its last minutes, known in tokens alone. */
  tail: Tail | null
}

const PAGES_BETWEEN_LINES = 50
/** Beyond it pages that are done with lie about in memory, a hundred megabytes more in a month. A shorter run is over before that. */
const MANY_REQUESTS = 100
/** Statuses by which the analytics API refuses an organization or a credential: one that has just read the limits is no bad one. */
const REFUSALS: readonly unknown[] = [400, 401, 403, 404]

/**
 * Counts the whole use of the grid, the window and the time before it, and decides by that which API the run reads:
 * `auto` takes the legacy report where the analytics API refuses, with a warning that says so.
 * Throws AuditError, also where the use is that of several organizations.
 */
export async function collectCensus(
  { client, pace }: Connection,
  { deps, log, inputs }: Pick<Run<ApiInputs>, 'log' | 'inputs'> & { deps: Pick<Deps, 'showProgress' | 'now'> },
  { grid, allWorkspaces }: { grid: Range; allWorkspaces: readonly Workspace[] },
): Promise<Counted> {
  const { window, usageApi } = inputs
  const onPage = progressLines(pace, deps.showProgress, log.info)
  const counted = async (reader: UsageReader): Promise<Counted> => {
    const recount = () => readCensus(reader, grid, window.start)
    const census = await recount()
    if (!window.isLive) return { reader, grid, recount, census }
    const { refreshedAt } = census
    const known = knownPart(window, { source: reader.source, refreshedAt, now: deps.now() })
    const recountKnown = async () => {
      if (known.end === known.start) return { window: [], earlier: [], refreshedAt }
      return readCensus(reader, known, known.start)
    }
    return { reader, grid: known, recount: recountKnown, census: await recountKnown() }
  }
  const countAnalytics = async () => {
    const known = await counted(createAnalyticsReader(client, onPage))
    await refuseSeveralOrganizations(known, window, allWorkspaces)
    return known
  }
  const countLegacy = () => counted(createLegacyReader(client, onPage))
  if (usageApi === 'legacy') return countLegacy()
  if (usageApi === 'analytics') return countAnalytics()
  try {
    return await countAnalytics()
  } catch (error) {
    if (!(error instanceof AuditError) || !REFUSALS.includes(error.status)) throw error
    log.warning(
      `Usage is read from the legacy report, which does not count requests, because the analytics API refused: ${error.message}`,
    )
    return countLegacy()
  }
}

/**
 * The key of a parent organization gets its children's use in one sum, and no limit is meant for that. Its sign is use in
 * workspaces that this organization does not have; then it is asked, for every question counts. Throws AuditError.
 */
async function refuseSeveralOrganizations(
  { reader, census }: Pick<Counted, 'reader' | 'census'>,
  window: Window,
  allWorkspaces: readonly Workspace[],
): Promise<void> {
  const own = new Set(allWorkspaces.map(({ id }) => id))
  const isForeign = census.window.some(({ workspaceId }) => workspaceId === null || !own.has(workspaceId))
  if (!isForeign) return
  const ids = await readOrganizationIds(reader, window)
  if (ids.size <= 1) return
  throw new AuditError(
    `The usage is that of ${ids.size} organizations (${[...ids].sort().slice(0, 3).join(', ')}${ids.size > 3 ? ', …' : ''}) in one sum, so that none of it can be set against the limits of one.`,
    {
      remedy:
        'The credential is one of a parent organization: use an Admin API key of the organization that is to be audited.',
    },
  )
}

/** Reads what the plan asks for and hands it on, each question once it adds up. Throws AuditError: part of a day's usage is no usage. */
export async function collectUsage(
  { client, budget, pace }: Connection,
  run: Run<ApiInputs>,
  { reader, census, grid, recount }: Counted,
  plan: MinutesPlan & { requests: number },
  folds: Folds,
): Promise<Usage> {
  const { deps, log, inputs } = run
  const { window, usageApi } = inputs
  log.info(planLine(plan, grid))
  budget.makeRoom(plan.requests)
  if (plan.requests > MANY_REQUESTS) deps.saveMemory()
  const tooLong = timeProblem(plan.requests, budget.minutesAtMost(), pace.perMinute())
  if (tooLong && pace.perMinute() !== null) throw tooLong
  if (tooLong) log.warning(`${tooLong.message} ${tooLong.remedy ?? ''}`)

  const context = { reader, grid, windowStart: window.start, recount, log: log.warning }
  const minutes = await collectMinutes(census, plan, folds, context)
  const { unreconciled, takesFilter } = minutes
  const read = { census: minutes.census, unreconciled, takesFilter }
  if (!window.isLive) {
    const freshness = freshnessOf([census.refreshedAt, minutes.refreshedAt], window)
    log.info(usageLine(reader, window.end - freshness.known.requests))
    return { ...read, freshness, tail: null }
  }
  const hasFresher = reader.source === 'analytics' && usageApi === 'auto'
  const legacy = createLegacyReader(client, progressLines(pace, deps.showProgress, log.info))
  const tail = hasFresher ? await readTail(legacy, run, grid.end, folds) : null
  const known = { ...knownAlike(grid.end), ...(tail && { tokens: tail.end }) }
  log.info(usageLine(reader, window.end - known.requests))
  return { ...read, freshness: { known, refreshedAt: census.refreshedAt }, tail }
}

/** What cannot be read in the time that is left, at the pace that was shown or else at the documented one; null where it can. */
function timeProblem(requests: number, minutesLeft: number, perMinute: number | null): AuditError | null {
  const rate = perMinute ?? DOCUMENTED_PER_MINUTE
  const minutes = requests / rate
  if (minutes <= minutesLeft) return null
  return new AuditError(
    `The plan takes about ${plural(Math.ceil(requests), 'request')}, which is ${count(Math.ceil(minutes))} minutes at ${Math.round(rate)} a minute, and this run has ${count(Math.floor(minutesLeft))}.`,
    {
      remedy:
        'Choose fewer lookback-days, name the workspaces that matter in workspaces (or none), or the models in models.',
    },
  )
}

function progressLines(pace: Connection['pace'], show: (line: string) => void, log: (line: string) => void): OnPage {
  let reported = 0
  return ({ read, expected }) => {
    const all = Math.max(read, expected)
    const perMinute = pace.perMinute()
    const left = perMinute === null ? '' : `; about ${plural(Math.ceil((all - read) / perMinute), 'minute')} left`
    const line = `Read ${read} of about ${all} pages of usage${left}.`
    show(line)
    if (read < reported + PAGES_BETWEEN_LINES) return
    reported = read
    log(line)
  }
}

function planLine({ queries, requests }: MinutesPlan & { requests: number }, grid: Range): string {
  const days = (grid.end - grid.start) / DAY
  const span =
    days === Math.floor(days)
      ? `${isoDay(grid.start)} to ${isoDay(grid.end - 1)}`
      : `${isoTime(grid.start)} to ${isoTime(grid.end)}`
  const workspaces = new Set(queries.flatMap(({ workspaceIds }) => workspaceIds ?? []))
  const ofWorkspaces = workspaces.size > 0 ? `, ${plural(workspaces.size, 'workspace')} with overrides` : ''
  return `Plan: usage per minute, ${span}: ${plural(queries.length, 'question')}${ofWorkspaces}, about ${plural(Math.ceil(requests), 'request')}.`
}

function usageLine({ source }: UsageReader, missing: number): string {
  const read = source === 'analytics' ? 'Read usage from the analytics API' : 'Read usage from the legacy report'
  return missing > 0
    ? `${read}: the last ${plural(missing / MINUTE, 'minute')} of the window not in yet.`
    : `${read}: the whole window.`
}
