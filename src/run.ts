import type { Deps } from './deps.ts'
import type { Inputs } from './inputs/inputs.ts'
import type { Log } from './log.ts'
import type { Links } from './report/report.ts'
import type { Secrets } from './transport/redaction.ts'

/** What every step of a run needs: the effects, the log, the secrets to keep out of everything, and what was asked for. */
export type Run = {
  deps: Deps
  log: Log
  secrets: Secrets
  inputs: Inputs
}

const CONSOLE = 'https://platform.claude.com'

/** Where a reader goes next. The run's own address is known only on a runner. */
export function linksOf({ deps: { env }, inputs }: Pick<Run, 'deps' | 'inputs'>): Links {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env
  return {
    run: server && repository && id ? `${server}/${repository}/actions/runs/${id}` : null,
    usage: `${CONSOLE}/usage`,
    limits: `${CONSOLE}/usage/limits`,
    runbook: inputs.runbookUrl,
  }
}
