import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Identity = { name: string; email: string }
/** Path to content; null deletes. */
export type Changes = Record<string, string | Buffer | null>
export type Entry = { mode: string; type: string; oid: string; size: number; path: string }
export type CommitInfo = {
  oid: string
  tree: string
  parents: string[]
  author: Identity & { date: string }
  committer: Identity & { date: string }
  message: string
}

export const ZERO = '0'.repeat(40)

/** A bare repository in a temporary folder, driven by git's own plumbing: its objects and its compare-and-swap are real. */
export async function createRepository(defaultBranch: string) {
  const folder = await mkdtemp(join(tmpdir(), 'github-emulator-'))
  // The user's own git configuration (signing, hooks, templates) must not reach in here.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GIT_|XDG_)/.test(name))
  const env = {
    ...Object.fromEntries(inherited),
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_DIR: join(folder, 'repository.git'),
  }
  let indexes = 0

  function run(args: readonly string[], options: { input?: string | Buffer; env?: Record<string, string> } = {}) {
    return new Promise<Buffer>((resolve, reject) => {
      const child = execFile(
        'git',
        args,
        { encoding: 'buffer', maxBuffer: 200_000_000, env: { ...env, ...options.env } },
        (error, stdout, stderr) =>
          error ? reject(new Error(`git ${args.join(' ')}: ${stderr.toString().trim()}`)) : resolve(stdout),
      )
      // A git that reads no input may have gone before it is written.
      child.stdin?.on('error', () => {})
      child.stdin?.end(options.input ?? '')
    })
  }

  /** Runs git and gives its output as text, without the last line's end. */
  async function git(...args: string[]): Promise<string> {
    return (await run(args)).toString().replace(/\n$/, '')
  }

  /** The commit a branch, tag or oid stands for; null where there is none. */
  async function resolve(revision: string): Promise<string | null> {
    return git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`).catch(() => null)
  }

  const head = (branch: string) => resolve(`refs/heads/${branch}`)

  /** Moves a ref if it still is where it should be; false where it is not. A zero oid means "no such ref". */
  async function swap(ref: string, after: string, before: string): Promise<boolean> {
    const args = after === ZERO ? ['-d', ref, before] : [ref, after, before]
    return run(['update-ref', ...args]).then(
      () => true,
      () => false,
    )
  }

  /** Runs lines of `git update-ref --stdin` all or none; false where one is refused. */
  async function transaction(lines: readonly string[]): Promise<boolean> {
    return run(['update-ref', '--stdin'], { input: `${lines.join('\n')}\n` }).then(
      () => true,
      () => false,
    )
  }

  /** Writes a commit object on top of `parent` (null: a first commit); no ref moves. */
  async function commit(
    parent: string | null,
    changes: Changes,
    message: string,
    author: Identity,
    committer: Identity,
  ) {
    const index = { GIT_INDEX_FILE: join(folder, `index-${indexes++}`) }
    if (parent !== null) await run(['read-tree', parent], { env: index })
    const lines = await Promise.all(
      Object.entries(changes).map(async ([path, content]) => {
        if (content === null) return `0 ${ZERO}\t${path}\n`
        const oid = (await run(['hash-object', '-w', '--stdin'], { input: content })).toString().trim()
        return `100644 ${oid}\t${path}\n`
      }),
    )
    await run(['update-index', '--add', '--index-info'], { env: index, input: lines.join('') })
    const tree = (await run(['write-tree'], { env: index })).toString().trim()
    const made = await run(['commit-tree', tree, ...(parent === null ? [] : ['-p', parent]), '-F', '-'], {
      input: message,
      env: {
        GIT_AUTHOR_NAME: author.name,
        GIT_AUTHOR_EMAIL: author.email,
        GIT_COMMITTER_NAME: committer.name,
        GIT_COMMITTER_EMAIL: committer.email,
      },
    })
    return made.toString().trim()
  }

  /** What lies at a path of a commit: an entry, the entries of a folder, or null. */
  async function entries(commit: string, path: string): Promise<Entry | Entry[] | null> {
    const listed = async (...spec: string[]) =>
      (await git('ls-tree', '-l', commit, '--', ...spec))
        .split('\n')
        .filter(Boolean)
        .map((line): Entry => {
          const [meta = '', path = ''] = line.split('\t')
          const [mode = '', type = '', oid = '', size = ''] = meta.split(/ +/)
          return { mode, type, oid, size: Number(size) || 0, path }
        })
    if (path === '') return listed()
    const [found] = await listed(path)
    if (found === undefined) return null
    return found.type === 'tree' ? listed(`${path}/`) : found
  }

  const blob = (oid: string) => run(['cat-file', 'blob', oid])

  async function info(oid: string): Promise<CommitInfo> {
    const format = '%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B'
    const text = await git('log', '-1', `--format=${format}`, oid)
    const [id = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', message = ''] =
      text.split('\0')
    return {
      oid: id,
      tree,
      parents: parents.split(' ').filter(Boolean),
      author: { name: an, email: ae, date: new Date(ad).toISOString() },
      committer: { name: cn, email: ce, date: new Date(cd).toISOString() },
      message: message.trimEnd(),
    }
  }

  /** Files that differ, with the blob on the new side. */
  async function changed(from: string | null, to: string): Promise<{ path: string; oid: string; status: string }[]> {
    const base = from === null ? ['--root', to] : [from, to]
    const text = await git('diff-tree', '-r', '--no-commit-id', '--no-renames', ...base)
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [meta = '', path = ''] = line.split('\t')
        const [, , before = '', after = '', letter = ''] = meta.split(' ')
        const status = letter === 'A' ? 'added' : letter === 'D' ? 'removed' : 'modified'
        return { path, oid: status === 'removed' ? before : after, status }
      })
  }

  const mergeBase = (a: string, b: string) => git('merge-base', a, b).catch(() => null)
  const isAncestor = async (a: string, b: string) => (await mergeBase(a, b)) === a

  await run(['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`])
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  return { git, resolve, head, swap, transaction, commit, entries, blob, info, changed, mergeBase, isAncestor, remove }
}

export type Repository = Awaited<ReturnType<typeof createRepository>>
