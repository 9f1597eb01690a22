import { parse } from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { RUNTIME } from '../effects.ts'
import { describeError } from '../errors.ts'
import { createSecrets } from '../transport/redaction.ts'
import { createTransport } from '../transport/transport.ts'
import { doorAtDesk, type ExitCode, readFolder } from './door.ts'
import { helpText, readFlags } from './flags.ts'
import { logAtDesk } from './log-at-desk.ts'
import { reviewAtDesk } from './review-at-desk.ts'
import { screenOf, statusLine } from './screen.ts'

/** The second door: the command on one's own desk, for an engineer with a key in the shell. */

const { env, stdout, stderr } = process

/** The environment as the audit may see it: proxies. Whatever else is set in somebody's shell is none of its business. */
function environment(folder: string) {
  const proxies = Object.entries(env).filter(([name]) => /^(https?|no)_proxy$/i.test(name))
  // At a desk a log may lie anywhere.
  return { ...Object.fromEntries(proxies), GITHUB_WORKSPACE: folder, RUNNER_TEMP: parse(folder).root }
}

async function main(): Promise<ExitCode> {
  const folder = process.cwd()
  let asked: ReturnType<typeof readFlags>
  try {
    asked = readFlags(process.argv.slice(2), env)
  } catch (error) {
    // What was given is shown, and a key may be what was given.
    stderr.write(`error: ${createSecrets({ setSecret: () => {} }).redact(describeError(error))}\n`)
    return 2
  }
  if (asked.kind === 'help') stdout.write(helpText())
  if (asked.kind === 'version') stdout.write(`${manifest.version}\n`)
  if (asked.kind === 'help' || asked.kind === 'version') return 0

  const status = statusLine(stderr)
  const transport = createTransport({ env, version: manifest.version })
  const deps: Deps = {
    core: logAtDesk(asked.inputs, stderr, status),
    env: environment(folder),
    fetch: transport.fetch,
    exchange: transport.exchange,
    ...RUNTIME,
    showProgress: status.show,
  }
  const print = (text: string) => {
    status.clear()
    stdout.write(text)
  }
  const shown = { folder, screen: screenOf(stdout, env), print }
  const code =
    asked.kind === 'review'
      ? await reviewAtDesk(deps, { ...shown, readCommitted: readFolder(folder), file: asked.files.summary })
      : await audit(deps, doorAtDesk({ ...shown, asked }))
  await transport.close()
  return code
}

// A reader that has seen enough (`| head`) is no failure.
for (const stream of [stdout, stderr]) stream.on('error', () => {})

process.exitCode = await main()
