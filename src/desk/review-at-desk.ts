import { resolve } from 'node:path'
import type { Door } from '../audit.ts'
import { connect } from '../collect/anthropic/connection.ts'
import { collectBelievable } from '../collect/limits/believable-limits.ts'
import { policyIn, snapshotIn } from '../collect/repository/committed.ts'
import { collectDays, collectHours, requestsForDays } from '../collect/review/hours.ts'
import { collectCostShares } from '../collect/spend/cost-shares.ts'
import { freshnessOf } from '../collect/usage/freshness.ts'
import { collectCensus } from '../collect/usage/usage.ts'
import { writeWhole } from '../deliver/write-whole.ts'
import type { Deps } from '../deps.ts'
import { AuditError, describeError } from '../errors.ts'
import { type ApiInputs, areOfLog, readInputs } from '../inputs/inputs.ts'
import { contradictions } from '../judge/limits/contradictions.ts'
import { limitsNow } from '../judge/limits/limits-now.ts'
import { thresholdsBy } from '../judge/policy/apply.ts'
import { createBuckets, hoursOf } from '../judge/review/buckets.ts'
import { createMinuteMeters, reviewOf } from '../judge/review/review-of.ts'
import { worstDays } from '../judge/review/worst-days.ts'
import { createLog } from '../log.ts'
import type { Run } from '../run.ts'
import { reviewPage } from '../tell/review/review-page.ts'
import { createSecrets } from '../transport/redaction.ts'
import { DAY, earliestDay, type Window } from '../vocabulary/use/window.ts'
import type { ExitCode } from './door.ts'

/** The quarterly review: a long span by the hour, its worst days by the minute, and what it cost, on one page. */

const DAYS = 92
const DAYS_BY_MINUTE = 14

type Desk = Pick<Door<ExitCode>, 'readCommitted'> & {
  folder: string
  /** Where the page is to be written, beside the screen. */
  file: string | undefined
  print: (text: string) => void
}

/** 0: the page was made. 1: limits or usage could not be read, or the file not written. 2: an input is not valid. */
export async function reviewAtDesk(deps: Deps, { readCommitted, folder, file, print }: Desk): Promise<ExitCode> {
  const secrets = createSecrets(deps.core)
  const log = createLog(deps.core, secrets.redact)
  let inputs: ApiInputs
  try {
    const asked = readInputs(deps, secrets)
    if (asked.mode === 'check' || areOfLog(asked)) throw new AuditError('A review is of the Admin API alone.')
    inputs = asked
  } catch (error) {
    log.fail(describeError(error))
    return 2
  }
  try {
    const page = secrets.redact(await review({ deps, log, secrets, inputs }, readCommitted))
    print(page)
    if (file !== undefined) await writeWhole(resolve(folder, file), page)
    return 0
  } catch (error) {
    log.fail(`The review could not be made. ${describeError(error)}`)
    return 1
  }
}

/** Top to bottom, as the audit goes. Throws AuditError. */
async function review(run: Run<ApiInputs>, readCommitted: Desk['readCommitted']): Promise<string> {
  const { deps, log, inputs } = run
  const committed = await readCommitted(run)
  const span = quarterBefore(inputs.window.end, deps.now())
  const api = connect(run, inputs.source)
  try {
    const before = snapshotIn(committed)
    const { reading } = await log.group('Limits', () => collectBelievable(api, run, before, contradictions))
    const { judged, current } = limitsNow(reading, before, inputs)
    const limits = judged.filter(({ scope }) => scope.type === 'organization')
    const quarter = { ...run, inputs: { ...inputs, window: span } }
    const counted = await log.group('Usage', () =>
      collectCensus(api, quarter, { grid: span, allWorkspaces: reading.allWorkspaces }),
    )
    const { reader } = counted
    const census = counted.census.window
    const cost = await log.group('Cost', () => collectCostShares(api.client, span, reader.source))
    const hours = createBuckets(current.groups, limits, hoursOf(span))
    const hourly = await log.group('Hours', () => collectHours(reader, span, census))
    hours.fold(hourly.rows)
    const sampled = worstDays(hours, limits, DAYS_BY_MINUTE)
    const days = sampled.map((start) => ({ start, end: start + DAY }))
    const reviewed = { groups: current.groups, limits, census, costs: cost.parts }
    const meters = createMinuteMeters(reviewed, sampled)
    api.budget.makeRoom(requestsForDays(reader, days, census))
    const minutely = await log.group('Minutes', () =>
      collectDays(reader, days, { census, hours: hourly.rows }, meters.fold),
    )
    const stated = [counted.census.refreshedAt, hourly.refreshedAt, minutely.refreshedAt]
    const known = freshnessOf(stated, span).known.tokens
    return reviewPage(
      reviewOf({
        span,
        sampled,
        source: reader.source,
        isWhole: known === span.end && hourly.addsUp && minutely.addsUp && census.length > 0,
        knownUntil: known < span.end ? known : null,
        reviewed,
        meters,
        problem: cost.problem,
        hours,
        thresholdsOf: thresholdsBy(policyIn(committed), inputs.thresholds),
      }),
      new Map(reading.allWorkspaces.map(({ id, name }) => [id, name])),
    )
  } finally {
    api.close()
  }
}

/** The days up to `end`, as far as the API answers. */
function quarterBefore(end: number, now: number): Window {
  const start = Math.max(end - DAYS * DAY, earliestDay(now))
  return { start, end, days: (end - start) / DAY, earlier: null }
}
