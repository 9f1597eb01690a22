import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Runs the command as a shell does, through the launcher that the package names. */

const LAUNCHER = fileURLToPath(new URL('../../bin/claude-rate-limit-audit.cjs', import.meta.url))

export type DeskRun = { code: number | null; stdout: string; stderr: string }

export type DeskOptions = {
  argv?: readonly string[]
  /** All of the environment that the command gets, beside what an operating system needs. */
  env?: Record<string, string>
  cwd: string
  /** The Node that runs it, and the launcher, where it is another one. */
  node?: string
  launcher?: string
  /** Node's own flags. */
  nodeArguments?: readonly string[]
}

export function runDesk({
  argv = [],
  env = {},
  cwd,
  node = process.execPath,
  launcher = LAUNCHER,
  nodeArguments = [],
}: DeskOptions) {
  const { SystemRoot = '', TEMP = '' } = process.env
  return new Promise<DeskRun>((resolve, reject) => {
    const child = spawn(node, [...nodeArguments, launcher, ...argv], {
      cwd,
      env: { SystemRoot, TEMP, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const texts = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => {
      texts.stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      texts.stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...texts }))
  })
}
