import * as z from 'zod'
import { AuditError } from '../../errors.ts'
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
 * The tip of a branch (null: the default branch) and the text of `paths` in that very commit. Only a 404 means that
 * there is no file; anything else that keeps one from being read is an error. Throws AuditError with the remedy where
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
  const texts = await Promise.all(paths.map(async (path) => [path, await readText(github, commit, path)] as const))
  return Object.fromEntries(texts)
}

async function readText(github: GitHub, commit: string, path: string): Promise<string | null> {
  const where = `${path} at ${commit.slice(0, 7)} in ${github.owner}/${github.repo}`
  let found: z.infer<typeof contentSchema>
  try {
    found = await github.rest('GET', '/contents/{path}', { path, ref: commit }, contentSchema)
  } catch (error) {
    if (refusalOf(error) === 'not-found') return null
    throw error
  }
  if (Array.isArray(found) || found.type !== 'file') {
    const kind = Array.isArray(found) ? 'folder' : found.type
    throw new AuditError(`${where} is a ${kind}, not a file.`, { remedy: 'Set snapshot-path to the path of a file.' })
  }
  // Above 1 MB the contents API gives no content, the blob API does.
  const { content = '' } =
    found.encoding === 'base64'
      ? found
      : await github.rest('GET', '/git/blobs/{file_sha}', { file_sha: found.sha }, blobSchema)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(content, 'base64'))
  } catch (cause) {
    throw new AuditError(`${where} is not UTF-8 text.`, { remedy: 'Restore it from its history, or delete it.', cause })
  }
}
