import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What one process cost, from its first instruction to its last: milliseconds and bytes. */
export type Cost = {
  /** From before the process was started until it was gone. */
  wall: number
  /** User and system time of all its threads. */
  cpu: number
  /** Peak resident memory. */
  memory: number
  /** From the start of the process to its first HTTP request; null where it made none. */
  untilFirstRequest: number | null
  /** From the start of the process to its last line. */
  untilEnd: number
}

const PROBE = fileURLToPath(new URL('probe.cjs', import.meta.url))

/** Runs what starts one Node process with these flags and variables, and says what that process cost. */
export async function measure<T>(
  run: (nodeArguments: string[], env: Record<string, string>) => Promise<T>,
): Promise<Cost & { value: T }> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const path = join(folder, 'cost.json')
  try {
    const begun = performance.now()
    const value = await run(['--require', PROBE], { PROBE: path })
    const wall = performance.now() - begun
    return { value, wall, ...(JSON.parse(await readFile(path, 'utf8')) as Omit<Cost, 'wall'>) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs a script of `rivals` in a process of its own; resolves to what it printed. */
export function runScript(name: string, nodeArguments: string[], env: Record<string, string>): Promise<string> {
  const script = fileURLToPath(new URL(`rivals/${name}`, import.meta.url))
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeArguments, script], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let printed = ''
    child.stdout.on('data', (chunk) => {
      printed += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(printed) : reject(new Error(`${name} ended with ${code}`))))
  })
}

/** The middle one, the upper of two. */
export function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** The median of each cost, and everything else as in the last run. */
export function median<Run extends Cost>(runs: readonly Run[]): Run {
  const middle = (of: (cost: Cost) => number) => middleOf(runs.map(of))
  const last = runs.at(-1)!
  return {
    ...last,
    wall: middle(({ wall }) => wall),
    cpu: middle(({ cpu }) => cpu),
    memory: middle(({ memory }) => memory),
    untilFirstRequest: last.untilFirstRequest === null ? null : middle((cost) => cost.untilFirstRequest!),
    untilEnd: middle(({ untilEnd }) => untilEnd),
  }
}

/** Runs that many times, one after another; `turn` counts from 0. */
export async function repeat<T>(times: number, run: (turn: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let i = 0; i < times; i++) results.push(await run(i))
  return results
}
