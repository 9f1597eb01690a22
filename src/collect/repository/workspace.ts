import { readFile, realpath } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { AuditError, describeError } from '../../errors.ts'
import { isReserved } from '../../inputs/repository-path.ts'
import type { Files } from '../github/read.ts'

/** The checked-out repository of the job: `snapshot-mode: file` reads there, and src/deliver writes. */

/** Text by path; null where there is no such file. Throws AuditError for a path that leads out of the workspace. */
export async function readWorkspace(root: string, paths: readonly string[]): Promise<Files> {
  const texts = await Promise.all(
    paths.map(async (path) => {
      const target = await locate(root, path)
      const text = await readFile(target, 'utf8').catch(absent).catch(unusable('read', path))
      return [path, text] as const
    }),
  )
  return Object.fromEntries(texts)
}

/**
 * The place a path stands for once every symbolic link on the way is followed. Throws AuditError where it does not lie
 * inside the workspace, or lies where git or the runner would run it.
 */
export async function locate(root: string, path: string): Promise<string> {
  const workspace = await realpath(root)
  const target = await follow(resolve(workspace, path))
  const inside = relative(workspace, target)
  if (inside === '..' || inside.startsWith(`..${sep}`) || resolve(inside) === inside)
    throw new AuditError(`${path} leads out of the workspace, to ${target}.`, {
      remedy: 'A symbolic link on its way points outside; set snapshot-path to a path without one.',
    })
  if (isReserved(inside.replaceAll(sep, '/')))
    throw new AuditError(`${path} leads to ${inside}, where git or the runner would run what is written.`, {
      remedy: 'A symbolic link on its way points there; set snapshot-path to a path without one.',
    })
  return target
}

/** Follows the links of the part of a path that exists; the rest is taken as it is. */
async function follow(path: string): Promise<string> {
  const real = await realpath(path).catch(absent)
  if (real !== null) return real
  const parent = dirname(path)
  return parent === path ? path : join(await follow(parent), path.slice(parent.length))
}

/** Throws the AuditError for a file that cannot be used. */
export function unusable(done: 'read' | 'written', path: string): (error: unknown) => never {
  return (cause) => {
    throw new AuditError(`${path} in the workspace cannot be ${done}: ${describeError(cause)}.`, {
      remedy: 'Check what lies there, and who owns it; a container step may have made it as another user.',
      cause,
    })
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
  throw error
}
