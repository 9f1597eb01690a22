import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { type Contexts, filled, runs, type Status } from './expressions.ts'
import type { ActionRun } from './run-action.ts'

/**
 * A workflow to copy, run as far as it goes without GitHub: the audit by the bundle, scripts by bash, conditions by GitHub's
 * own evaluator. `gh` and `curl` are stand-ins that write down how they were called, `npx` one that runs our own command;
 * other actions only say what they got.
 */

type Step = {
  id?: string
  name?: string
  if?: string
  uses?: string
  with?: Record<string, unknown>
  run?: string
  env?: Record<string, string>
}
type Job = { uses?: string; needs?: string | string[]; steps?: Step[]; strategy?: { matrix: Record<string, string[]> } }

export type Ran = {
  /** The audit of each job that has one. */
  audits: { job: string; inputs: Record<string, string>; run: ActionRun }[]
  /** Every other step that was reached, in order, and the folder its script left its files in. */
  steps: {
    job: string
    name: string
    ran: boolean
    status: number | null
    stderr: string
    with: Record<string, string>
  }[]
  status: Status
  folder: string
}

export type World = {
  contexts: Contexts
  /** `folder`: where the scripts of this run work, and what the audit leaves for them may lie. */
  audit: (inputs: Record<string, string>, folder: string) => Promise<ActionRun>
  /** Where the command reaches Anthropic. */
  baseUrl: string
  /** What `gh api …` prints, asked for once the first job has ended. */
  gatewayFile: () => Promise<string>
}

const OURS = /^(OWNER\/claude-rate-limit-audit@|\.\/\.claude-rate-limit-audit$)/

export async function runWorkflow(path: string, world: World): Promise<Ran> {
  const { jobs }: { jobs: Record<string, Job> } = parse(readFileSync(path, 'utf8'))
  const folder = mkdtempSync(join(tmpdir(), 'workflow-'))
  writeStandIns(folder, world.baseUrl)
  const ran: Ran = { audits: [], steps: [], status: 'success', folder }
  for (const [name, job] of Object.entries(jobs)) {
    // A job whose need has failed is skipped.
    if (job.needs !== undefined && ran.status === 'failure') continue
    writeFileSync(join(folder, 'gateway-file'), await world.gatewayFile())
    const [matrix = {}] = combinations(job.strategy?.matrix ?? {})
    await runJob(name, calledBy(job), { ...world, contexts: { ...inputsOf(job, world.contexts), matrix } }, ran)
  }
  return ran
}

const OWN_WORKFLOW = '.github/workflows/audit.yml'

/** The job of our own reusable workflow, where a job calls that. */
function calledBy(job: Job): Job {
  if (job.uses === undefined) return job
  const { jobs }: { jobs: Record<string, Job> } = parse(readFileSync(OWN_WORKFLOW, 'utf8'))
  return jobs.audit ?? {}
}

/** A called workflow has the inputs it declares, with their defaults. */
function inputsOf(job: Job, contexts: Contexts): Contexts {
  if (job.uses === undefined) return contexts
  const { on }: { on: { workflow_call: { inputs: Record<string, { default: unknown }> } } } = parse(
    readFileSync(OWN_WORKFLOW, 'utf8'),
  )
  const inputs = Object.entries(on.workflow_call.inputs).map(([name, input]) => [name, input.default])
  return { ...contexts, inputs: Object.fromEntries(inputs) }
}

async function runJob(job: string, { steps = [] }: Job, world: World, ran: Ran): Promise<void> {
  let status: Status = 'success'
  const finished: Contexts = {}
  for (const step of steps) {
    const contexts: Contexts = { ...world.contexts, steps: finished }
    const fill = (values: Record<string, unknown> = {}) =>
      Object.fromEntries(Object.entries(values).map(([key, value]) => [key, filled(String(value), contexts, status)]))
    const isRun = runs(step.if, contexts, status)
    if (step.uses !== undefined && OURS.test(step.uses)) {
      if (!isRun) continue
      const inputs = fill(step.with)
      const run = await world.audit(inputs, ran.folder)
      ran.audits.push({ job, inputs, run })
      if (run.code !== 0) status = 'failure'
      finished[step.id ?? 'unnamed'] = { outputs: run.outputs }
      continue
    }
    const result = isRun && step.run !== undefined ? await bash(step.run, fill(step.env), ran.folder) : null
    if (result !== null && result.status !== 0) status = 'failure'
    const name = step.name ?? step.uses?.split('@')[0] ?? ''
    const given = isRun ? fill(step.with) : {}
    ran.steps.push({ job, name, ran: isRun, status: result?.status ?? null, stderr: result?.stderr ?? '', with: given })
  }
  if (status === 'failure') ran.status = 'failure'
}

/**
 * As the runner starts a `run:` that names no shell. Nothing of this machine's own settings: bash takes the pipe it is given
 * for a network connection, and would read them.
 */
function bash(script: string, env: Record<string, string>, folder: string) {
  return new Promise<{ status: number | null; stderr: string }>((resolve, reject) => {
    const child = spawn('bash', ['--noprofile', '--norc', '-e', '-c', script], {
      cwd: folder,
      env: {
        PATH: `${folder}${delimiter}${process.env.PATH}`,
        GITHUB_REPOSITORY: 'acme/limits',
        GITHUB_STEP_SUMMARY: join(folder, SUMMARY),
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stderr }))
  })
}

function combinations(matrix: Record<string, string[]>): Record<string, string>[] {
  return Object.entries(matrix).reduce<Record<string, string>[]>(
    (all, [key, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  )
}

/** What the scripts of a run have added to the job summary, in its folder. */
export const SUMMARY = 'step-summary.md'

/** What a workflow may call in place of the action: `npx --yes github:OWNER/…#COMMIT ARGUMENTS`. */
const LAUNCHER = fileURLToPath(new URL('../../bin/claude-rate-limit-audit.cjs', import.meta.url))

function writeStandIns(folder: string, baseUrl: string): void {
  const scripts = {
    npx: `#!/bin/bash\necho "$@" >> npx.calls\nexec '${process.execPath}' '${LAUNCHER}' "\${@:3}" --base-url '${baseUrl}'\n`,
    gh: `#!/bin/bash\necho "$@" >> gh.calls\nif [ "$1" = api ]; then cat gateway-file; fi\n`,
    curl: `#!/bin/bash\necho "$@" >> curl.calls\ncase "$*" in *'--data @-'*) cat > curl.input ;; esac\n`,
  }
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), script)
    chmodSync(join(folder, name), 0o755)
  }
}
