import { AuditError } from '../../errors.ts'
import type { Run } from '../../run.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import type { Connection } from '../anthropic/connection.ts'
import { collectLimits, type LimitsReading } from './limits.ts'

/** What no reading of limits can say, and what one seldom says. */
type Contradictions = (
  reading: LimitsReading,
  committed: Snapshot | null,
) => { impossible: readonly string[]; doubtful: readonly string[] }

/**
 * The limits, read a second time, as the API's older version says them, where the first answer is hard to believe:
 * `confirmed` is what was, and was answered twice. Throws AuditError for what no second answer makes true.
 */
export async function collectBelievable(
  api: Pick<Connection, 'client' | 'older'>,
  run: Run,
  committed: Snapshot | null,
  contradictions: Contradictions,
): Promise<{ reading: LimitsReading; confirmed: readonly string[] }> {
  const known = committed?.workspaces ?? []
  const reading = await collectLimits(api.client, run, known)
  const first = contradictions(reading, committed)
  if (first.impossible.length + first.doubtful.length === 0) return { reading, confirmed: [] }
  run.log.warning(`${[...first.impossible, ...first.doubtful].join(' ')} The limits are read a second time.`)
  const again = await collectLimits(api.older, run, known)
  const second = contradictions(again, committed)
  if (second.impossible.length === 0) return { reading: again, confirmed: second.doubtful }
  throw new AuditError(`The limits were read twice, and no such answer can be true: ${second.impossible.join(' ')}`, {
    remedy: 'Run the job again; if it happens twice, compare with the Console and report it to Anthropic.',
  })
}
