import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CommitInfo, parseCommit, parseTree, startObjectReader } from './git-objects.ts'
import { runGit } from './git-shell.ts'

export type { CommitInfo } from './git-objects.ts'
export type Identity = { name: string; email: string }
/** Path to content; null deletes. */
export type Changes = Record<string, string | Buffer | null>
export type Entry = { mode: string; oid: string; size: number; path: string }

/** What `git diff-tree` calls it, and what GitHub does. */
const STATUS: Readonly<Record<string, string>> = { A: 'added', D: 'removed' }
export const ZERO = '0'.repeat(40)

/** A bare repository in a temporary folder, driven by git's own plumbing: its objects and its compare-and-swap are real. */
export async function createRepository(defaultBranch: string) {
  const folder = await mkdtemp(join(tmpdir(), 'github-emulator-'))
  const run = (args: readonly string[], input: string | Buffer = '') => runGit(folder, args, Buffer.from(input))

  /** Runs git and gives its output as text, without the last line's end. */
  async function git(...args: string[]): Promise<string> {
    return (await run(args)).toString().replace(/\n$/, '')
  }

  /** What is said of commits never changes, so it is asked once. */
  const answers = new Map<string, Promise<string>>()
  function once(...args: string[]): Promise<string> {
    const key = args.join(' ')
    const answer = answers.get(key) ?? git(...args).catch(() => '')
    answers.set(key, answer)
    return answer
  }

  // What `git init --bare` makes, without a process for it.
  const gitDir = join(folder, 'repository.git')
  await mkdir(join(gitDir, 'objects'), { recursive: true })
  await mkdir(join(gitDir, 'refs/heads'), { recursive: true })
  await writeFile(join(gitDir, 'HEAD'), `ref: refs/heads/${defaultBranch}\n`)
  await writeFile(join(gitDir, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n')
  const objects = startObjectReader(gitDir)

  /** The commit a branch, tag or oid stands for; null where there is none. */
  async function resolve(revision: string): Promise<string | null> {
    return (await objects.read(`${revision}^{commit}`))?.oid ?? null
  }

  const head = (branch: string) => resolve(`refs/heads/${branch}`)

  /** Runs lines of `git update-ref --stdin` all or none; false where one is refused. */
  async function transaction(...moves: string[]): Promise<boolean> {
    return run(['update-ref', '--stdin'], `${moves.join('\n')}\n`).then(
      () => true,
      () => false,
    )
  }

  /** The line that moves a ref if it still is where it should be. A zero oid means "no such ref". */
  const move = (ref: string, after: string, before: string) =>
    after === ZERO ? `delete ${ref} ${before}` : `update ${ref} ${after} ${before}`
  const swap = (ref: string, after: string, before: string) => transaction(move(ref, after, before))

  /**
   * Commits on top of `parent` (null: a first commit) and moves the branch there. Null, and nothing moved, where the
   * branch has left `parent` in the meantime: git refuses what is no fast forward.
   */
  async function commit(
    branch: string,
    parent: string | null,
    changes: Changes,
    message: string,
    { author, committer }: { author: Identity; committer: Identity },
  ): Promise<string | null> {
    const now = `${Math.floor(Date.now() / 1000)} +0000`
    const stream = [
      `commit refs/heads/${branch}\nmark :1\n`,
      `author ${author.name} <${author.email}> ${now}\n`,
      `committer ${committer.name} <${committer.email}> ${now}\n`,
      ...counted(message),
      parent === null ? '' : `from ${parent}\n`,
      ...Object.entries(changes).flatMap(([path, content]) =>
        content === null ? [`D ${path}\n`] : [`M 100644 inline ${path}\n`, ...counted(content)],
      ),
      '\nget-mark :1\ndone\n',
    ]
    try {
      const oid = await run(
        ['fast-import', '--quiet', '--done'],
        Buffer.concat(stream.map((part) => Buffer.from(part))),
      )
      return oid.toString().trim()
    } catch (error) {
      if (/does not contain|cannot lock ref/.test(String(error))) return null
      throw error
    }
  }

  async function list(data: Buffer, below: string): Promise<Entry[]> {
    return Promise.all(
      parseTree(data).map(async ({ mode, name, oid }) => {
        const size = mode === '160000' ? 0 : ((await objects.read(oid))?.data.length ?? 0)
        return { mode, oid, size, path: below === '' ? name : `${below}/${name}` }
      }),
    )
  }

  /** What lies at a path of a commit: an entry, the entries of a folder, or null. */
  async function entries(revision: string, path: string): Promise<Entry | Entry[] | null> {
    const found = await objects.read(`${revision}:${path}`)
    if (found?.type === 'tree') return list(found.data, path)
    const above = path.split('/').slice(0, -1).join('/')
    const parent = await objects.read(`${revision}:${above}`)
    if (parent?.type !== 'tree') return null
    return (await list(parent.data, above)).find((entry) => entry.path === path) ?? null
  }

  async function blob(oid: string): Promise<Buffer | null> {
    const found = await objects.read(oid)
    return found?.type === 'blob' ? found.data : null
  }

  /** What lies in a commit's or a folder's tree; null where there is no such tree. */
  async function tree(revision: string): Promise<{ oid: string; entries: Entry[] } | null> {
    const found = await objects.read(`${revision}^{tree}`)
    return found?.type === 'tree' ? { oid: found.oid, entries: await list(found.data, '') } : null
  }

  async function info(oid: string): Promise<CommitInfo> {
    const found = await objects.read(oid)
    if (found?.type !== 'commit') throw new Error(`${oid} is no commit`)
    return parseCommit(found)
  }

  /** Files that differ, with the blob on the new side (on the old one where the file is gone). */
  async function changed(from: string | null, to: string): Promise<{ path: string; oid: string; status: string }[]> {
    const text = await once(
      'diff-tree',
      '-r',
      '--no-commit-id',
      '--no-renames',
      ...(from === null ? ['--root'] : [from]),
      to,
    )
    return lines(text).map((line) => {
      const [meta = '', path = ''] = line.split('\t')
      const [, , before = '', after = '', letter = ''] = meta.split(' ')
      const status = STATUS[letter] ?? 'modified'
      return { path, oid: status === 'removed' ? before : after, status }
    })
  }

  const mergeBase = async (a: string, b: string) => (await once('merge-base', a, b)) || null
  const isAncestor = async (a: string, b: string) => a === b || (await mergeBase(a, b)) === a
  /** The commits of `to` that `from` has not, oldest first. */
  const between = async (from: string, to: string) =>
    from === to ? [] : lines(await once('rev-list', '--reverse', '--topo-order', to, `^${from}`))
  /** A commit and all before it, or those that changed a path, newest first. */
  const history = async (from: string, path: string | null) =>
    lines(await once('rev-list', from, ...(path === null ? [] : ['--', path])))

  async function remove(): Promise<void> {
    objects.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  return {
    git,
    resolve,
    head,
    move,
    swap,
    transaction,
    commit,
    entries,
    blob,
    tree,
    info,
    changed,
    mergeBase,
    isAncestor,
    between,
    history,
    remove,
  }
}

/** A text or bytes as fast-import reads them. */
const counted = (content: string | Buffer) => [`data ${Buffer.byteLength(content)}\n`, content, '\n']

const lines = (text: string) => text.split('\n').filter(Boolean)

export type Repository = Awaited<ReturnType<typeof createRepository>>
