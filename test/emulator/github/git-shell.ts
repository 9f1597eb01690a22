import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

/** git's environment: the user's own configuration (signing, hooks) must not reach in. */
export const GIT_ENV: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(GIT_|XDG_)/.test(name))),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: join(tmpdir(), 'no-git-configuration'),
}

type Shell = { process: ChildProcessByStdio<Writable, Readable, null>; waiting: ((code: number) => void)[] }
let shell: Shell | undefined
let commands = 0

/**
 * One small shell for all of a process's git commands. Starting each from here would fork a process that holds GitHub's
 * whole GraphQL schema, which takes longer than all that git does.
 */
function startShell(): Shell {
  const child = spawn('sh', { env: GIT_ENV, stdio: ['pipe', 'pipe', 'ignore'] })
  const waiting: Shell['waiting'] = []
  let pending = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (pending + chunk).split('\n')
    pending = lines.pop() ?? ''
    for (const line of lines) waiting.shift()?.(Number(line))
  })
  // It ends with this process, and must not keep it alive.
  child.unref()
  for (const stream of [child.stdin, child.stdout]) (stream as Writable & { unref?: () => void }).unref?.()
  return { process: child, waiting }
}

/** Runs git on the repository in `folder`; its output, or an Error with what git had to say. */
export async function runGit(folder: string, args: readonly string[], input: Buffer): Promise<Buffer> {
  const files = join(folder, `command-${commands++}`)
  const [stdin, stdout, stderr] = ['in', 'out', 'err'].map((end) => `${files}.${end}`) as [string, string, string]
  await writeFile(stdin, input)
  shell ??= startShell()
  const { process: child, waiting } = shell
  const words = ['git', `--git-dir=${join(folder, 'repository.git')}`, ...args].map(quote).join(' ')
  // Something must keep this process alive while it waits.
  const alive = setInterval(() => {}, 60_000)
  const code = await new Promise<number>((resolve) => {
    waiting.push(resolve)
    child.stdin.write(`${words} <${quote(stdin)} >${quote(stdout)} 2>${quote(stderr)}; echo $?\n`)
  })
  clearInterval(alive)
  const [output, complaint] = await Promise.all([readFile(stdout), readFile(stderr, 'utf8')])
  await Promise.all([stdin, stdout, stderr].map((file) => rm(file)))
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${complaint.trim()}`)
  return output
}

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
