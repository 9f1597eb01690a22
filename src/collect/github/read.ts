import * as z from 'zod'
import { AuditError, describeError } from '../../errors.ts'
import type { GitHub } from './github-client.ts'
import { refusalOf } from './github-refusals.ts'

/** Text by path; null where the branch has no such file. */
export type Files = Readonly<Record<string, string | null>>

/** A branch's tip and files, read together: the files are those of that commit and no other. */
export type BranchFiles = { branch: string; head: string; files: Files }

const oid = z.string().regex(/^[0-9a-f]{40,64}$/)
const repositorySchema = z.object({ node_id: z.string(), default_branch: z.string() })
const refSchema = z.object({ object: z.object({ sha: oid }) })
const contentSchema = z.union([
  z.object({ type: z.string(), encoding: z.string().optional(), content: z.string().optional(), sha: oid }),
  z.array(z.unknown()),
])
const treeSchema = z.object({
  tree: z.array(z.object({ path: z.string(), type: z.string(), sha: oid })),
  truncated: z.literal(false, 'is true: the folder has too many entries to be listed'),
})
const blobSchema = z.object({ encoding: z.literal('base64'), content: z.string() })

/** The repository's node ID and default branch. Throws GitHubError. */
export async function readRepository(github: GitHub): Promise<{ id: string; defaultBranch: string }> {
  const { node_id: id, default_branch: defaultBranch } = await github.rest('GET', '', {}, repositorySchema)
  return { id, defaultBranch }
}

/** The commit a branch points to; null where there is no such branch. Throws GitHubError. */
export async function readHead(github: GitHub, branch: string): Promise<string | null> {
  try {
    return (await github.rest('GET', '/git/ref/{ref}', { ref: `heads/${branch}` }, refSchema)).object.sha
  } catch (error) {
    if (refusalOf(error) === 'not-found') return null
    throw error
  }
}

/**
 * The tip of a branch (null: the default branch) and the text of `paths` in that very commit. A file that is not
 * there is one that two ways of asking do not find; anything else that keeps one from being read is an error. Throws AuditError with the remedy where
 * the branch is missing or the repository is empty, GitHubError for what GitHub refuses.
 */
export async function readFiles(github: GitHub, branch: string | null, paths: readonly string[]): Promise<BranchFiles> {
  const name = branch ?? (await readRepository(github)).defaultBranch
  const head = await readHead(github, name)
  if (head === null) {
    // A token that may not see the repository is told 404 too, and then the branch is not what is missing.
    await readRepository(github)
    throw new AuditError(`Branch "${name}" does not exist in ${github.owner}/${github.repo}.`, {
      remedy: "Create it, or set base to a branch that exists; by default it is the repository's default branch.",
    })
  }
  return { branch: name, head, files: await readFilesAt(github, head, paths) }
}

/** The text of `paths` in a commit. Throws as `readFiles` does. */
export async function readFilesAt(github: GitHub, commit: string, paths: readonly string[]): Promise<Files> {
  const readTree = treeReader(github)
  const texts = await Promise.all(
    paths.map(async (path) => [path, await readText(github, { commit, path, readTree })] as const),
  )
  return Object.fromEntries(texts)
}

type ReadTree = (sha: string) => Promise<z.infer<typeof treeSchema>['tree']>

/** Reads trees, each once: files that are missing side by side are looked for in the same folders. */
function treeReader(github: GitHub): ReadTree {
  const read = new Map<string, ReturnType<ReadTree>>()
  return (sha) => {
    const known = read.get(sha) ?? patientTree(github, sha)
    read.set(sha, known)
    return known
  }
}

/** Times a tree is asked for: GitHub has just named it, so that a 404 is a replica that lags (PyGithub#2759). */
const MOST_TRIES = 4

async function patientTree(github: GitHub, sha: string): ReturnType<ReadTree> {
  for (let tries = 1; ; tries++) {
    try {
      return (await github.rest('GET', '/git/trees/{tree_sha}', { tree_sha: sha }, treeSchema)).tree
    } catch (error) {
      if (refusalOf(error) !== 'not-found') throw error
      if (tries === MOST_TRIES)
        throw new AuditError(`GitHub does not find what it has named a moment ago. ${describeError(error)}`, {
          remedy: 'Run the job again later; https://www.githubstatus.com tells of outages.',
          cause: error,
        })
    }
    await github.sleep(github.random() * 500 * 2 ** tries)
  }
}

async function readText(
  github: GitHub,
  { commit, path, readTree }: { commit: string; path: string; readTree: ReadTree },
): Promise<string | null> {
  const where = `${path} at ${commit.slice(0, 7)} in ${github.owner}/${github.repo}`
  const found = await readContent(github, path, commit)
  const blob = found === null ? await findBlob(path, commit, readTree) : null
  if (found === null && blob === null) return null
  if (found !== null && (Array.isArray(found) || found.type !== 'file')) {
    const kind = Array.isArray(found) ? 'folder' : found.type
    throw new AuditError(`${where} is a ${kind}, not a file.`, { remedy: 'Set snapshot-path to the path of a file.' })
  }
  // Above 1 MB the contents API gives no content, the blob API does.
  const content = found?.encoding === 'base64' ? found.content : await readBlob(github, blob ?? found?.sha ?? '')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(content ?? '', 'base64'))
  } catch (cause) {
    throw new AuditError(`${where} is not UTF-8 text.`, { remedy: 'Restore it from its history, or delete it.', cause })
  }
}

/** What the contents API has at a path; null where it says that there is nothing. */
async function readContent(github: GitHub, path: string, commit: string) {
  try {
    return await github.rest('GET', '/contents/{path}', { path, ref: commit }, contentSchema)
  } catch (error) {
    if (refusalOf(error) === 'not-found') return null
    throw error
  }
}

/**
 * The blob at a path by the commit's own trees, folder by folder; null where there is none. The contents API has answered
 * 404 for files that exist (MaterializeInc/materialize#38697), and a replica that lags knows not even the commit: then its
 * trees are a 404 too, which is thrown.
 */
async function findBlob(path: string, commit: string, readTree: ReadTree): Promise<string | null> {
  let sha = commit
  for (const [depth, name] of path.split('/').entries()) {
    const entry = (await readTree(sha)).find((item) => item.path === name)
    const isLast = depth === path.split('/').length - 1
    if (entry === undefined || entry.type !== (isLast ? 'blob' : 'tree')) return null
    sha = entry.sha
  }
  return sha
}

async function readBlob(github: GitHub, sha: string): Promise<string> {
  return (await github.rest('GET', '/git/blobs/{file_sha}', { file_sha: sha }, blobSchema)).content
}
