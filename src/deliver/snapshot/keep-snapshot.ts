import type { Committed } from '../../collect/repository/committed.ts'
import { describeError } from '../../errors.ts'
import { findDrift } from '../../judge/limits/drift.ts'
import type { DriftRow, FilesInCommit, Links, Report, SnapshotOutcome } from '../../report/report.ts'
import { driftRow } from '../../report/rows.ts'
import type { Run } from '../../run.ts'
import { formatGateway, gatewayOf } from '../../tell/files/gateway.ts'
import { commitMessage } from '../../tell/pull-request/commit-message.ts'
import { renderPullRequest } from '../../tell/pull-request/pull-request.ts'
import { formatSnapshot, parseSnapshot, type Snapshot } from '../../vocabulary/snapshot.ts'
import type { Plan } from './commit.ts'
import { deliverSnapshot } from './deliver-snapshot.ts'

/** What an audit found, and what its snapshot is made from. */
export type Found = {
  report: Report
  /** The limits as they are now; what this run did not read is kept from the given committed snapshot. */
  snapshotBeside: (committed: Snapshot | null) => Snapshot
  /** Workspaces there are, for the gateway file: with or without limits of their own. */
  workspaces: readonly { id: string; name: string }[]
  /** Some limits could not be read. */
  isPartial: boolean
}

/** What became of the snapshot. With an error nothing was written, or not all of it; the outcome says how far it came. */
export type Kept = { outcome: SnapshotOutcome; error: string | null }

/**
 * Brings the snapshot, and the gateway file with it, to where `snapshot-mode` wants it. Nothing is ever written from part of a reading, nor over a file
 * that could not be read: both would turn a failure into a change of limits.
 */
export async function keepSnapshot(
  run: Run,
  report: Report,
  committed: Committed,
  found: Found,
  links: Links,
): Promise<Kept> {
  const { deps, inputs, log, secrets } = run
  const skipped = (why: string): Kept => {
    // Slack and the summary tell it: what GitHub or a proxy said to us may hold what they were sent.
    const note = secrets.redact(why)
    log.info(note)
    return {
      outcome: { operation: 'skipped', path: inputs.snapshot.path, commit: null, pullRequest: null, note },
      error: null,
    }
  }
  if (inputs.snapshot.mode === 'none') return skipped('snapshot-mode is none: no snapshot is kept.')
  if (committed.error !== null) return skipped('The snapshot was left as it is, because it could not be read.')
  if (found.isPartial) {
    return skipped('No snapshot was written, because the limits of some workspaces could not be read.')
  }
  try {
    let drifted = report
    let files: FilesInCommit = 'snapshot'
    const { path, gatewayPath } = inputs.snapshot
    const wantedFiles = (after: Snapshot) => [
      { path, text: formatSnapshot(after) },
      ...(gatewayPath ? [{ path: gatewayPath, text: formatGateway(gatewayOf(after, found.workspaces)) }] : []),
    ]
    const plan: Plan = (there) => {
      const text = there[path] ?? null
      const before = text === null ? null : parseSnapshot(text, path)
      const after = found.snapshotBeside(before)
      const changed = wantedFiles(after).filter((file) => file.text !== there[file.path])
      if (changed.length === 0) return null
      drifted = { ...report, first_snapshot: before === null, drift: before ? driftOf(before, after, report) : [] }
      files = changed.length > 1 ? 'both' : changed[0]?.path === path ? 'snapshot' : 'gateway'
      return { ...commitMessage(inputs.snapshot.commitMessage, drifted, files), files: changed }
    }
    const outcome = await deliverSnapshot(deps, inputs.githubToken, {
      ...inputs.snapshot,
      otherPaths: gatewayPath ? [gatewayPath] : [],
      dryRun: inputs.dryRun,
      plan,
      render: () => renderPullRequest(drifted, links, files),
      warn: log.warning,
    })
    log.info(`Snapshot ${outcome.path}: ${outcome.operation}.${outcome.note ? ` ${outcome.note}` : ''}`)
    return { outcome: { ...outcome, note: outcome.note && secrets.redact(outcome.note) }, error: null }
  } catch (error) {
    const kept = skipped(`The snapshot could not be written: ${describeError(error)}`)
    return { ...kept, error: describeError(error) }
  }
}

/** The drift against what the repository holds at this try. What the audit found already is taken with its consequence. */
function driftOf(before: Snapshot, after: Snapshot, { drift: found }: Report): DriftRow[] {
  const changeOf = ({ class: kind, scope, group, limiter, before: old, after: now, model, from }: DriftRow) =>
    JSON.stringify([kind, scope, group, limiter, old, now, model, from])
  const known = new Map(found.map((drift) => [changeOf(drift), drift]))
  return findDrift(before, after)
    .map(driftRow)
    .map((drift) => known.get(changeOf(drift)) ?? drift)
}
