import * as core from '@actions/core'
import manifest from '../package.json' with { type: 'json' }
import { audit } from './audit.ts'
import { RUNNER } from './deliver/runner.ts'
import type { Deps } from './deps.ts'
import { RUNTIME } from './effects.ts'
import { describeError } from './errors.ts'
import { createSecrets } from './transport/redaction.ts'
import { createTransport } from './transport/transport.ts'

// One by one, so that the rest of the toolkit, with an HTTP client of its own, is not loaded.
const CORE: Deps['core'] = {
  debug: core.debug,
  endGroup: core.endGroup,
  error: core.error,
  getInput: core.getInput,
  info: core.info,
  notice: core.notice,
  setFailed: core.setFailed,
  setOutput: core.setOutput,
  setSecret: core.setSecret,
  startGroup: core.startGroup,
  warning: core.warning,
}

/**
 * The action, with the runner's own effects. Sets the exit code of the process, and throws nothing.
 * A function of its own, so that GitHub's local-action can call it.
 */
export async function run(): Promise<void> {
  const { env } = process

  // A log that nobody takes any more (EPIPE) is no reason to lose the commit or the alert.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

  // The audit itself throws nothing; this is for what comes before it and after it.
  try {
    const transport = createTransport({ env, version: manifest.version })
    process.exitCode = await audit(
      {
        core: CORE,
        env,
        fetch: transport.fetch,
        exchange: transport.exchange,
        ...RUNTIME,
        showProgress: () => {},
      },
      RUNNER,
    )
    await transport.close()
  } catch (error) {
    core.setFailed(createSecrets(CORE).redact(`The audit could not run: ${describeError(error)}`))
  }
}
