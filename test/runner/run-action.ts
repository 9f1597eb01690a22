import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Report } from '../../src/report/report.ts'

/** Runs the committed bundle as GitHub's runner does: defaults from action.yml, INPUT_* and GITHUB_* variables, and files for what it writes. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BUNDLE = join(ROOT, 'dist/index.js')

export type ActionRun = {
  code: number | null
  signal: NodeJS.Signals | null
  /** Everything printed, both streams in the order they came. */
  log: string
  outputs: Record<string, string>
  summary: string
  report: Report | null
  /** The evidence page, where the run wrote one. */
  evidence: string | null
}

export type ActionOptions = {
  inputs?: Record<string, string>
  env?: Record<string, string>
  /** Another bundle than the committed one: what it is compared with. */
  bundle?: string | undefined
  /** Node's own flags, for a test that must put something before the bundle. */
  nodeArguments?: string[]
  /** Called with each piece of the log. `hangUp` closes the reading end of it. */
  onLog?: (text: string, kill: (signal: NodeJS.Signals) => void, hangUp: () => void) => void
}

/** One run in a process of its own; it starts from an empty environment, so that nothing of this machine leaks in. */
export async function runAction({
  inputs = {},
  env = {},
  bundle = BUNDLE,
  nodeArguments = [],
  onLog,
}: ActionOptions): Promise<ActionRun> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-run-'))
  const [output, summary] = await Promise.all(
    ['output', 'summary'].map(async (name) => {
      const path = join(folder, name)
      // The runner creates them; @actions/core refuses to write to a file that is not there.
      await writeFile(path, '')
      return path
    }),
  )
  const variables = {
    ...essential(process.env),
    ...inputVariables({ ...(await defaults()), ...inputs }),
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'schedule',
    GITHUB_RUN_ID: '7001',
    GITHUB_OUTPUT: output!,
    GITHUB_STEP_SUMMARY: summary!,
    RUNNER_TEMP: folder,
    ...env,
  }
  try {
    const { code, signal, log } = await spawnAndWait([...nodeArguments, bundle], variables, folder, onLog)
    const outputs = parseOutputs(await readFile(output!, 'utf8'))
    const { 'report-path': reportPath, 'evidence-path': evidencePath } = outputs
    return {
      code,
      signal,
      log,
      outputs,
      summary: await readFile(summary!, 'utf8'),
      report: reportPath ? (JSON.parse(await readFile(reportPath, 'utf8')) as Report) : null,
      evidence: evidencePath ? await readFile(evidencePath, 'utf8') : null,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function spawnAndWait(
  argv: string[],
  env: Record<string, string>,
  cwd: string,
  onLog: ActionOptions['onLog'],
): Promise<Pick<ActionRun, 'code' | 'signal' | 'log'>> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let log = ''
    const hangUp = () => {
      child.stdout.destroy()
      child.stderr.destroy()
    }
    const take = (chunk: Buffer) => {
      log += chunk
      onLog?.(chunk.toString(), (signal) => child.kill(signal), hangUp)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, log }))
  })
}

/** What an operating system needs to start a program at all. */
function essential(env: NodeJS.ProcessEnv): Record<string, string> {
  const names = ['SystemRoot', 'TEMP', 'TMP']
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
}

async function defaults(): Promise<Record<string, string>> {
  const { inputs } = parse(await readFile(join(ROOT, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { default?: string }>
  }
  return Object.fromEntries(
    Object.entries(inputs)
      // The runner would put the job's token here.
      .filter(([, input]) => !input.default?.includes('${{'))
      .map(([name, input]) => [name, input.default ?? '']),
  )
}

/** INPUT_ and the name in upper case; spaces become underscores, hyphens stay (@actions/core, getInput). */
function inputVariables(inputs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]),
  )
}

/** The runner's format: `name<<DELIMITER`, the value's lines, `DELIMITER`. */
function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {}
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const [, name, delimiter] = /^([\w-]+)<<(.+?)\r?$/.exec(lines[i]!) ?? []
    if (!name || !delimiter) continue
    const end = lines.findIndex((line, j) => j > i && line.trimEnd() === delimiter)
    outputs[name] = lines.slice(i + 1, end).join('\n')
    i = end
  }
  return outputs
}
