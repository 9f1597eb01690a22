import { AuditError } from '../../errors.ts'

/** No list we read has as many pages; a cursor that leads further is one that never ends. */
const MOST_PAGES = 10_000

/**
 * Follows a cursor from the first page to the last, one request after another.
 * `read` gets the cursor of the page to read (undefined: the first), `next` tells the cursor of the page after it, or null.
 * An empty page with a cursor is not the end (so the SDK's pagination).
 * Throws AuditError where a cursor repeats or the pages do not end: the list could not be read as a whole.
 */
export async function* followPages<Page>(
  resource: string,
  read: (cursor: string | undefined) => Promise<Page>,
  next: (page: Page) => string | null,
): AsyncGenerator<Page> {
  const seen = new Set<string>()
  let cursor: string | undefined
  do {
    const page = await read(cursor)
    yield page
    const following = next(page)
    if (following === null) return
    if (seen.has(following))
      throw new AuditError(`${resource}: the cursor of the next page repeats, so the pages never end.`)
    if (seen.size >= MOST_PAGES)
      throw new AuditError(`${resource}: more than ${MOST_PAGES} pages, which no organization has.`)
    seen.add(following)
    cursor = following
  } while (cursor !== undefined)
}

/** The next cursor of a page that says both. "There is more" without a cursor means that the rest cannot be read, which is no end. */
export function nextCursor(
  resource: string,
  hasMore: boolean | null | undefined,
  cursor: string | null | undefined,
): string | null {
  if (hasMore === false) return null
  if (cursor) return cursor
  if (hasMore) throw new AuditError(`${resource}: a page says that there is more but gives no cursor to it.`)
  return null
}
