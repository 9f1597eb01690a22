import type { Deps } from './deps.ts'
import type { Inputs } from './inputs/inputs.ts'
import type { Log } from './log.ts'
import type { Secrets } from './transport/redaction.ts'

/** What every step of a run needs: the effects, the log, the secrets to keep out of everything, and what was asked for. */
export type Run<Asked extends Inputs = Inputs> = {
  deps: Deps
  log: Log
  secrets: Secrets
  inputs: Asked
}
