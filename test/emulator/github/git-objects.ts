import { spawn } from 'node:child_process'
import { GIT_ENV } from './git-shell.ts'

/** A git object as it is stored. */
export type GitObject = { oid: string; type: string; data: Buffer }

/**
 * Reads objects through one long-lived `git cat-file`: a process for each read is what makes git slow in tests.
 * Names are anything git understands: an oid, `refs/heads/main^{commit}`, `OID:path`. Null: there is none.
 */
export function startObjectReader(gitDir: string) {
  const args = [`--git-dir=${gitDir}`, 'cat-file', '--batch-command']
  const child = spawn('git', args, { env: GIT_ENV, stdio: ['pipe', 'pipe', 'ignore'] })
  const waiting: ((object: GitObject | null) => void)[] = []
  let pending = Buffer.alloc(0)

  child.stdin.on('error', () => {})
  child.stdout.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    while (true) {
      const end = pending.indexOf('\n')
      if (end < 0) return
      const [, oid = '', type = '', size] = /^([0-9a-f]{40}) (\w+) (\d+)$/.exec(pending.toString('utf8', 0, end)) ?? []
      const start = end + 1
      const length = size === undefined ? 0 : Number(size) + 1
      if (pending.length < start + length) return
      const data = Buffer.from(pending.subarray(start, start + length - 1))
      pending = pending.subarray(start + length)
      waiting.shift()?.(size === undefined ? null : { oid, type, data })
    }
  })

  return {
    read: (name: string) =>
      new Promise<GitObject | null>((resolve) => {
        waiting.push(resolve)
        child.stdin.write(`contents ${name}\n`)
      }),
    stop: () => child.kill(),
  }
}

export type TreeEntry = { mode: string; name: string; oid: string }

export function parseTree(data: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = []
  for (let at = 0; at < data.length; ) {
    const end = data.indexOf(0, at)
    const [mode = '', ...name] = data.toString('utf8', at, end).split(' ')
    entries.push({ mode: mode.padStart(6, '0'), name: name.join(' '), oid: data.toString('hex', end + 1, end + 21) })
    at = end + 21
  }
  return entries
}

type Signed = { name: string; email: string; date: string }
export type CommitInfo = {
  oid: string
  tree: string
  parents: string[]
  author: Signed
  committer: Signed
  message: string
}

export function parseCommit({ oid, data }: GitObject): CommitInfo {
  const text = data.toString('utf8')
  const [head = ''] = text.split('\n\n', 1)
  const values = (name: string) =>
    head
      .split('\n')
      .filter((line) => line.startsWith(`${name} `))
      .map((line) => line.slice(name.length + 1))
  const signed = (name: string): Signed => {
    const [, person = '', email = '', seconds] = /^(.*) <(.*)> (\d+)/.exec(values(name)[0] ?? '') ?? []
    return { name: person, email, date: new Date(Number(seconds) * 1000).toISOString() }
  }
  return {
    oid,
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: signed('author'),
    committer: signed('committer'),
    message: text.slice(head.length + 2).trimEnd(),
  }
}
