import * as z from 'zod'
import { describeError } from '../../errors.ts'
import type { Run } from '../../run.ts'
import type { Lapse } from '../../vocabulary/lapse.ts'
import { DAY } from '../../vocabulary/use/window.ts'
import { gitHubOf, repositoryOf } from '../github/github-client.ts'

/** Whether the runs before this one, of the same workflow, branch and event, reported what they found. */

/** `startedAt` in UTC ms; `conclusion` in GitHub's words. */
export type EarlierRun = { id: string; conclusion: string | null; startedAt: number }

type ThisRun = {
  startedAt: number
  /** Begun by a schedule, which is expected to begin one again and again. */
  isScheduled: boolean
  /** A run of this job also ends in failure where everything was reported, because `fail-on` wants it to. */
  failsByChoice: boolean
}

/** Conclusions of a run that may have reported nothing (REST API, list of workflow runs: `conclusion`). */
const BAD_ENDS: readonly (string | null)[] = ['failure', 'cancelled', 'timed_out', 'startup_failure', 'stale']
/** A late start is no missing run: GitHub's schedules are late by hours. */
const SHORTEST_LAPSE = 1.5 * DAY
const LATE = 1.5
/** So many times between runs show how often the schedule runs. */
const FEWEST_INTERVALS = 2

/**
 * What came between, by the completed runs before this one, newest first. A run that was skipped, or waits for somebody's
 * approval, counts as none. Null: the last run ended well, and in time; or that cannot be told.
 */
export function lapseBefore(
  runs: readonly EarlierRun[],
  { startedAt, isScheduled, failsByChoice }: ThisRun,
): Lapse | null {
  const bad = failsByChoice ? BAD_ENDS.filter((end) => end !== 'failure') : BAD_ENDS
  const isBad = ({ conclusion }: EarlierRun) => bad.includes(conclusion)
  const done = runs.filter((run) => isBad(run) || run.conclusion === 'success' || run.conclusion === 'failure')
  const lastGood = done.findIndex((run) => !isBad(run))
  const failed = lastGood < 0 ? done : done.slice(0, lastGood)
  if (failed.length > 0) return { kind: 'failed', runIds: failed.map(({ id }) => id) }
  const [last] = done
  const usual = usualInterval(done)
  if (!isScheduled || last === undefined || usual === null) return null
  const isLate = startedAt - last.startedAt > Math.max(SHORTEST_LAPSE, LATE * usual)
  return isLate ? { kind: 'missing', since: last.startedAt } : null
}

/** The median of the times between runs, in ms; null where there are too few of them. */
function usualInterval(runs: readonly EarlierRun[]): number | null {
  const intervals = runs.slice(1).map((run, index) => (runs[index]?.startedAt ?? run.startedAt) - run.startedAt)
  if (intervals.length < FEWEST_INTERVALS) return null
  return intervals.toSorted((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? null
}

const runsSchema = z.object({
  workflow_runs: z.array(
    z.object({
      id: z.number(),
      run_number: z.number(),
      conclusion: z.string().nullable(),
      created_at: z.iso.datetime({ offset: true }),
    }),
  ),
})

/** Nothing waits longer than that for an answer that only adds to what is reported, in milliseconds. */
const TIME_BUDGET = 20_000
const MOST_RUNS = 30

/**
 * What came between the last run and this one, by one request; null also where nothing is posted, and where GitHub
 * does not say it. Reading runs takes `actions: read`, without which a line in the log says so. Throws nothing: the audit is
 * whole without it.
 */
export async function readLapse(run: Run): Promise<Lapse | null> {
  const { deps, inputs, log } = run
  if (inputs.notify === 'never') return null
  const { env } = deps
  const file = workflowFile(env)
  const number = Number(env.GITHUB_RUN_NUMBER)
  if (file === null || !number || !env.GITHUB_REF_NAME || !env.GITHUB_EVENT_NAME || !inputs.githubToken) return null
  const asked = {
    workflow_id: file,
    branch: env.GITHUB_REF_NAME,
    event: env.GITHUB_EVENT_NAME,
    status: 'completed',
    per_page: MOST_RUNS,
  }
  try {
    const github = gitHubOf(run, TIME_BUDGET)
    const reply = await github.rest('GET', '/actions/workflows/{workflow_id}/runs', asked, runsSchema)
    const before = reply.workflow_runs
      .filter((earlier) => earlier.run_number < number)
      .toSorted((one, other) => other.run_number - one.run_number)
      .map(({ id, conclusion, created_at }) => ({ id: String(id), conclusion, startedAt: Date.parse(created_at) }))
    return lapseBefore(before, {
      startedAt: deps.now(),
      isScheduled: env.GITHUB_EVENT_NAME === 'schedule',
      failsByChoice: inputs.failOn.size > 0,
    })
  } catch (error) {
    log.info(`Whether the run before this one failed is not known. ${describeError(error)}`)
    return null
  }
}

/** The file of this run's workflow, by `owner/name/.github/workflows/file.yml@ref`; null where it is not known, or is another repository's. */
function workflowFile(env: Run['deps']['env']): string | null {
  const repository = repositoryOf(env)
  if (repository === null) return null
  const folder = `${repository.owner}/${repository.repo}/.github/workflows/`
  const workflow = env.GITHUB_WORKFLOW_REF ?? ''
  if (!workflow.startsWith(folder)) return null
  return workflow.slice(folder.length).split('@')[0] || null
}
