import { AuditError } from '../../errors.ts'
import { listing } from '../../vocabulary/figures.ts'
import { isMeasured, type Verdict } from '../../vocabulary/verdict.ts'

const NAMED = 3

/** Throws AuditError where no limit at all was measured: no health can be read from that, and nothing be built on it. */
export function refuseBlindness(verdicts: readonly Verdict[]): void {
  if (verdicts.some((verdict) => isMeasured(verdict) || 'soFar' in verdict)) return
  const reasons = [...new Set(verdicts.flatMap((verdict) => ('reason' in verdict ? [verdict.reason] : [])))]
  if (reasons.length === 0)
    throw new AuditError('No limit is left to measure: the inputs models, group-types and workspaces leave none.', {
      remedy: 'Leave one of them out.',
    })
  throw new AuditError(`Not one of ${verdicts.length} limits could be measured: ${listing(reasons, NAMED)}.`, {
    remedy: 'Leave models and group-types out if they chose only such limits; else run the job again later.',
  })
}
