import { isAbsolute } from 'node:path'

/** Which paths of a repository this action may write: none that git, the runner or a file system could read as another. */

/**
 * The path without `./` before it, or null where it leaves the repository, or leads into `.git` or `.github/workflows`, by
 * any spelling that Windows or macOS take for them: `.GIT`, `.git.`, `git~1`, `.git::$INDEX_ALLOCATION`, with unseen characters.
 */
export function repositoryPathOf(text: string): string | null {
  const path = text.replace(/^(\.\/)+/, '')
  const segments = path.split('/')
  const escapes = isAbsolute(path) || /^[a-z]:/i.test(path) || path.includes('\\') || /\p{Cc}/u.test(path)
  if (escapes || segments.some((segment) => asReadAnywhere(segment) === '')) return null
  return isReserved(path) ? null : path
}

/** Whether the path, with `/` between its segments, leads into `.git` at any depth, or into `.github/workflows`. */
export function isReserved(path: string): boolean {
  const segments = path.split('/').map(asReadAnywhere)
  if (segments.some((segment) => segment === '.git' || /^git~\d+$/.test(segment))) return true
  const [first = '', second = ''] = segments
  return /^(\.github|github~\d+)$/.test(first) && /^(workflows|workfl~\d+)$/.test(second)
}

/** A segment as the least strict file system reads it (git's own `is_ntfs_dotgit` and `is_hfs_dotgit`); of dots alone, nothing. */
function asReadAnywhere(segment: string): string {
  return segment
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase()
    .replace(/:.*$/, '')
    .replace(/[. ]+$/, '')
}
