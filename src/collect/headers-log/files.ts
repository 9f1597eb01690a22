import { glob, realpath, stat } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import { AuditError } from '../../errors.ts'

/** A file of the log: as the pattern names it, and where it really lies. */
export type LogFile = { name: string; path: string }

/** What a pattern names, and what of that was passed over: links that lead nowhere. */
export type LogFiles = { files: readonly LogFile[]; dangling: readonly string[] }

/**
 * The files a pattern names, each once, in the order of their names. `roots`: the folders a log may lie in; the pattern is
 * relative to the first. Throws AuditError where no file matches, or where one, all links followed, lies in none of them.
 */
export async function findLogFiles(pattern: string, roots: readonly [string, ...string[]]): Promise<LogFiles> {
  const [folder] = roots
  const real = await Promise.all(roots.map((root) => realpath(root)))
  const files = new Map<string, LogFile>()
  const dangling: string[] = []
  const names: string[] = []
  for await (const name of glob(pattern, { cwd: folder })) names.push(name)
  for (const name of names.sort()) {
    const path = await realpath(resolve(folder, name)).catch(absent)
    if (path === null) {
      dangling.push(name)
      continue
    }
    if (!real.some((root) => isInside(root, path)))
      throw new AuditError(`headers-log: ${name} leads out of the workspace, to ${path}.`, {
        remedy: 'Give a path in the workspace or in RUNNER_TEMP, without a link or ".." that leaves it.',
      })
    if ((await stat(path)).isFile() && !files.has(path)) files.set(path, { name, path })
  }
  if (files.size === 0)
    throw new AuditError(`headers-log: no file matches ${pattern} in ${folder}${nowhere(dangling)}.`, {
      remedy: 'Check the path; a log of an earlier job has to be downloaded or checked out first.',
    })
  return { files: [...files.values()], dangling }
}

function nowhere([first, ...others]: readonly string[]): string {
  if (first === undefined) return ''
  return `, but for a link that leads nowhere, ${first}${others.length > 0 ? `, and ${others.length} more` : ''}`
}

function isInside(root: string, path: string): boolean {
  const inside = relative(root, path)
  return inside !== '..' && !inside.startsWith(`..${sep}`) && resolve(inside) !== inside
}

/** A loop of links is as good as a link to nothing. */
function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ELOOP') return null
  throw error
}
