import { auditAdmin } from './audit-admin.ts'
import { type Committed, readCommitted } from './collect/repository/committed.ts'
import { deliverAudit, deliverBlind, refuse } from './deliver/deliver.ts'
import type { Found } from './deliver/snapshot/keep-snapshot.ts'
import type { Deps } from './deps.ts'
import { describeError } from './errors.ts'
import { type Inputs, readInputs } from './inputs/inputs.ts'
import { auditLog } from './judge/headers-log/log-report.ts'
import { createLog, type Log } from './log.ts'
import type { Run } from './run.ts'
import { createSecrets, type Secrets } from './transport/redaction.ts'

/**
 * One run. Resolves to 0 or 1 and throws nothing: whatever goes wrong is reported in the log, the summary and Slack, and
 * what goes wrong with that, in the log.
 */
export async function audit(deps: Deps): Promise<0 | 1> {
  const secrets = createSecrets(deps.core)
  const log = createLog(deps.core, secrets.redact)
  try {
    return await runAudit(deps, log, secrets)
  } catch (error) {
    log.debug(error instanceof Error ? (error.stack ?? error.message) : String(error))
    log.fail(`The audit could not be reported in full: ${describeError(error)}`)
    return 1
  }
}

/** Top to bottom: inputs, what the repository holds, limits and usage and what they mean, every delivery, one exit code. */
async function runAudit(deps: Deps, log: Log, secrets: Secrets): Promise<0 | 1> {
  let inputs: Inputs
  let run: Run
  let committed: Committed
  try {
    inputs = readInputs(deps, secrets.add)
    run = { deps, log, secrets, inputs }
    committed = await log.group('Committed snapshot and policy', () => readCommitted(run))
  } catch (error) {
    return refuse(deps, log, secrets, error)
  }

  let found: Found
  try {
    const { source } = inputs
    found = await (source.kind === 'headers-log'
      ? auditLog(run, source.pattern, committed)
      : auditAdmin(run, source, committed))
  } catch (error) {
    return deliverBlind(run, describeError(error))
  }
  return deliverAudit(run, found, committed)
}
