import { createHash } from 'node:crypto'
import { type Change, messageText, words } from './commit.ts'

/**
 * How we know our own commits on the pull request's branch: a trailer that seals parent, message and files. A person who
 * amends, rebases or adds to such a commit breaks the seal, and from then on it is theirs: never reset, built upon.
 */

const TRAILER = /\n*^Audit-Snapshot: ([0-9a-f]{64})\s*$/m

type Sealed = { parent: string; message: string; blobs: readonly { path: string; oid: string }[] }

function seal({ parent, message, blobs }: Sealed): string {
  const sorted = blobs.map(({ path, oid }) => `${path} ${oid}`).sort()
  return createHash('sha256')
    .update(JSON.stringify([parent, words(message), sorted]))
    .digest('hex')
}

/** git's own name for a file's content. */
function blobOid(text: string): string {
  const bytes = Buffer.from(text)
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

/** The change as it is committed on top of `parent`. `files` must be those that differ from the parent's. */
export function sealChange({ files, message }: Change, parent: string): Change {
  const { headline, body } = message
  const blobs = files.map(({ path, text }) => ({ path, oid: blobOid(text) }))
  const trailer = `Audit-Snapshot: ${seal({ parent, message: messageText(message), blobs })}`
  return { files, message: { headline, body: body === '' ? trailer : `${body}\n\n${trailer}` } }
}

/** Whether a message claims to be ours: the cheap question before `isSealed`. */
export const hasTrailer = (message: string): boolean => TRAILER.test(message)

/** Whether the commit is as we made it. */
export function isSealed({ parent, message, blobs }: Sealed): boolean {
  const [, claimed] = TRAILER.exec(message) ?? []
  return claimed === seal({ parent, message: message.replace(TRAILER, ''), blobs })
}
