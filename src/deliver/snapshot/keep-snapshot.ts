import { type Committed, NOTHING_COMPARED } from '../../collect/repository/committed.ts'
import { runTrailer } from '../../collect/repository/own-commits.ts'
import { AuditError, describeError } from '../../errors.ts'
import type { Report } from '../../report/report.ts'
import type { Run } from '../../run.ts'
import type { Links } from '../../tell/words/links.ts'
import type { Secrets } from '../../transport/redaction.ts'
import type { SnapshotOutcome } from '../../vocabulary/snapshot-outcome.ts'
import type { Plan } from './commit.ts'
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
  const { path, mode, gatewayPath, commitMessage: headline, title } = inputs.snapshot
  const skipped = (why: string) => {
    // What GitHub or a proxy said to us may hold what they were sent.
    const note = secrets.redact(why)
    log.info(note)
    return { operation: 'skipped', path, commit: null, pullRequest: null, note } as const
  }
  if (committed.kind === 'unread')
    return { ...skipped('The snapshot was left as it is, because it could not be read.'), because: 'unread' }
  if (committed.kind === 'no-access') return { ...skipped(`${committed.why} ${NOTHING_COMPARED}`), because: 'unread' }
  if (inputs.mode === 'drill') return { ...skipped('A drill keeps no snapshot.'), because: 'not-wanted' }
  if (mode === 'none') return { ...skipped('snapshot-mode is none: no snapshot is kept.'), because: 'not-wanted' }
  const { window } = inputs
  if (window !== 'log-span' && window.isLive)
    return { ...skipped('Nothing is committed or proposed from a live window.'), because: 'not-wanted' }
  if (found.isPartial) {
    const why = 'No snapshot was written, because not all limits could be read.'
    return { ...skipped(why), because: 'partial' }
  }
  try {
    const outcome = await deliverSnapshot({ ...deps, redact: secrets.redact }, inputs.githubToken, {
      ...inputs.snapshot,
      mode,
      otherPaths: gatewayPath ? [gatewayPath] : [],
      dryRun: inputs.dryRun,
      plan: withoutSecrets(
        ofRun(planSnapshot(report, found, { path, gatewayPath, headline, title, links }), runTrailer(deps.env)),
        secrets,
      ),
      warn: log.warning,
    })
    log.info(`Snapshot ${path}: ${outcome.operation}.${outcome.note ? ` ${outcome.note}` : ''}`)
    return { ...outcome, note: outcome.note && secrets.redact(outcome.note) }
  } catch (error) {
    const reason = describeError(error)
    return { ...skipped(`The snapshot could not be written: ${reason}`), because: 'failed', error: reason }
  }
}

/** A plan whose commit names the run, so that another attempt of it knows the commit. */
function ofRun(plan: Plan, trailer: string | null): Plan {
  return (...files) => {
    const proposal = plan(...files)
    if (proposal === null || trailer === null) return proposal
    const { headline, body } = proposal.message
    return { ...proposal, message: { headline, body: `${body}\n\n${trailer}` } }
  }
}

/**
 * A plan that brings no secret into the repository, where nobody can take it out again. What was redacted would be no
 * snapshot any more, so a file that holds one is not committed at all: the plan throws AuditError.
 */
function withoutSecrets(plan: Plan, secrets: Pick<Secrets, 'redact' | 'redactAll'>): Plan {
  return (...files) => {
    const proposal = plan(...files)
    if (proposal === null) return null
    const { files: planned, ...texts } = proposal
    for (const { path, text } of planned) {
      const lines = secrets.redact(text).split('\n')
      const at = text.split('\n').findIndex((line, index) => line !== lines[index])
      if (at >= 0)
        throw new AuditError(
          `Line ${at + 1} of ${path} as it would be committed holds what is a secret of this run, or looks like one; nothing was committed.`,
          {
            remedy:
              'A workspace, a group or a model bears that name: rename it in the Console, and revoke the credential if it is one.',
          },
        )
    }
    return { files: planned, ...secrets.redactAll(texts) }
  }
}
