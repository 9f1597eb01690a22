import { type Committed, NOTHING_COMPARED } from '../../collect/repository/committed.ts'
import { describeError } from '../../errors.ts'
import type { Report } from '../../report/report.ts'
import type { Run } from '../../run.ts'
import type { Links } from '../../tell/words/links.ts'
import type { SnapshotOutcome } from '../../vocabulary/snapshot-outcome.ts'
import { deliverSnapshot } from './deliver-snapshot.ts'
import { planSnapshot, type SnapshotSource } from './plan-snapshot.ts'

/** What an audit found, and what its snapshot is made from. */
export type Found = SnapshotSource & {
  report: Report
  /** Some limits, or all of them, could not be read. */
  isPartial: boolean
}

/**
 * Brings the snapshot, and the gateway file with it, to where `snapshot-mode` wants it. Nothing is ever written from part
 * of a reading, nor over a file that could not be read: both would turn a failure into a change of limits. Throws nothing.
 */
export async function keepSnapshot(
  run: Run,
  report: Report,
  committed: Committed,
  found: Found,
  links: Links,
): Promise<SnapshotOutcome> {
  const { deps, inputs, log, secrets } = run
  const { path, mode, gatewayPath, commitMessage: headline } = inputs.snapshot
  const skipped = (why: string) => {
    // What GitHub or a proxy said to us may hold what they were sent.
    const note = secrets.redact(why)
    log.info(note)
    return { operation: 'skipped', path, commit: null, pullRequest: null, note } as const
  }
  if (committed.kind === 'unread')
    return { ...skipped('The snapshot was left as it is, because it could not be read.'), because: 'unread' }
  if (committed.kind === 'no-access') return { ...skipped(`${committed.why} ${NOTHING_COMPARED}`), because: 'unread' }
  if (mode === 'none') return { ...skipped('snapshot-mode is none: no snapshot is kept.'), because: 'not-wanted' }
  const { window } = inputs
  if (window !== 'log-span' && window.isLive)
    return { ...skipped('Nothing is committed or proposed from a live window.'), because: 'not-wanted' }
  if (found.isPartial) {
    const why = 'No snapshot was written, because not all limits could be read.'
    return { ...skipped(why), because: 'partial' }
  }
  try {
    const outcome = await deliverSnapshot(deps, inputs.githubToken, {
      ...inputs.snapshot,
      mode,
      otherPaths: gatewayPath ? [gatewayPath] : [],
      dryRun: inputs.dryRun,
      plan: planSnapshot(report, found, { path, gatewayPath, headline, links }),
      warn: log.warning,
    })
    log.info(`Snapshot ${path}: ${outcome.operation}.${outcome.note ? ` ${outcome.note}` : ''}`)
    return { ...outcome, note: outcome.note && secrets.redact(outcome.note) }
  } catch (error) {
    const reason = describeError(error)
    return { ...skipped(`The snapshot could not be written: ${reason}`), because: 'failed', error: reason }
  }
}
