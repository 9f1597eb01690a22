import { resolve } from 'node:path'
import type { Door } from '../audit.ts'
import { connect } from '../collect/anthropic/connection.ts'
import { collectBelievable } from '../collect/limits/believable-limits.ts'
import { policyIn, snapshotIn } from '../collect/repository/committed.ts'
import { collectDays, collectHours, requestsForDays } from '../collect/review/hours.ts'
import { collectCostShares } from '../collect/spend/cost-shares.ts'
import { collectCensus } from '../collect/usage/usage.ts'
import { writeWhole } from '../deliver/write-whole.ts'
import type { Deps } from '../deps.ts'
import { AuditError, describeError } from '../errors.ts'
import { type ApiInputs, areOfLog, readInputs } from '../inputs/inputs.ts'
import { secretsOf } from '../inputs/variables.ts'
import { contradictions } from '../judge/limits/contradictions.ts'
import { limitsNow } from '../judge/limits/limits-now.ts'
import { createBuckets, hoursOf } from '../judge/review/buckets.ts'
import { createMinuteMeters } from '../judge/review/minute-meters.ts'
import { reviewOf } from '../judge/review/review-of.ts'
import { worstDays } from '../judge/review/worst-days.ts'
import { createLog } from '../log.ts'
import type { Run } from '../run.ts'
import { reviewOnScreen } from '../tell/review/review-on-screen.ts'
import { reviewPage } from '../tell/review/review-page.ts'
import type { Screen } from '../tell/terminal/style.ts'
import { DAY, earliestDay, type Window } from '../vocabulary/use/window.ts'
import type { ExitCode } from './door.ts'

/** The quarterly review: a long span by the hour, its worst days by the minute, and what it cost, on one page. */

const DAYS = 92
const DAYS_BY_MINUTE = 14

type Desk = Pick<Door<ExitCode>, 'readCommitted'> & {
  folder: string
  screen: Screen
  /** Where the page is to be written as Markdown, beside the screen. */
  file: string | undefined
  print: (text: string) => void
}

/** 0: all was read and reported. 1: something was not. 2: an input is not valid. */
export async function reviewAtDesk(
  deps: Deps,
  { readCommitted, folder, screen, file, print }: Desk,
): Promise<ExitCode> {
  const secrets = secretsOf(deps)
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
    const { found, workspaceNames } = await review({ deps, log, secrets, inputs }, readCommitted)
    print(secrets.redact(reviewOnScreen(found, workspaceNames, screen)))
    if (file !== undefined) await writeWhole(resolve(folder, file), secrets.redact(reviewPage(found, workspaceNames)))
    return found.failures.length > 0 ? 1 : 0
  } catch (error) {
    log.fail(`The review could not be made. ${describeError(error)}`)
    return 1
  }
}

/** Top to bottom, as the audit goes. Throws AuditError where limits or the whole use cannot be read: then nothing is known. */
async function review(run: Run<ApiInputs>, readCommitted: Desk['readCommitted']) {
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
    const hourly = await log.group('Hours', () => collectHours(counted, span))
    const cost = await log.group('Cost', () => collectCostShares(api.client, span, reader.source))
    const hours = createBuckets(current.groups, limits, hoursOf(span))
    hours.fold(hourly.rows)
    const days = worstDays(hours, limits, DAYS_BY_MINUTE).map((start) => ({ start, end: start + DAY }))
    const { census } = hourly
    const reviewed = { groups: current.groups, limits, census, costs: cost.kind === 'read' ? cost.parts : null }
    const meters = createMinuteMeters(
      reviewed,
      days.map(({ start }) => start),
    )
    api.budget.makeRoom(requestsForDays(reader, days, hourly))
    const minutely = await log.group('Minutes', () =>
      collectDays(reader, days, hourly, { fold: meters.fold, log: log.info }),
    )
    const found = reviewOf({
      span,
      cost,
      hourly,
      minutely,
      reviewed,
      meters,
      hours,
      source: reader.source,
      policy: policyIn(committed),
      thresholds: inputs.thresholds,
    })
    return { found, workspaceNames: new Map(reading.allWorkspaces.map(({ id, name }) => [id, name])) }
  } finally {
    api.close()
  }
}

/** The days up to `end`, as far as the API answers. */
function quarterBefore(end: number, now: number): Window {
  const start = Math.max(end - DAYS * DAY, earliestDay(now))
  return { start, end, days: (end - start) / DAY, earlier: null }
}
