import { AuditError } from '../../errors.ts'
import type { UsageRow } from '../../vocabulary/usage-row.ts'
import { followPages } from '../anthropic/pages.ts'
import type { Progress, Range } from './usage-reader.ts'

/**
 * Reading many rows side by side. A cursor can only be followed one page after another; so a range that does not fit
 * in one page is asked for again as several shorter ranges, which need nothing of each other.
 */

/** `rows` are emptied once they are folded. `next`: the cursor of the page after this one, null where this is the last. */
export type RowPage = { rows: UsageRow[]; next: string | null }

export type ReadPage = (range: Range, cursor?: string) => Promise<RowPage>

/** The part of a page that a range is cut to fill: one that turns out fuller costs another request, an emptier one nothing. */
const FILL = 0.9
/** Most ranges made of one: where use is uneven, each is cut again by what is seen in it. */
const MOST_CUTS = 16
/** Rows that must have come back the same, in order, before a server's order is relied upon. */
const EVIDENCE = 100

/** What one server has shown so far; kept for all queries to it. */
export type TimeOrder = { kept: Promise<boolean> | null }

type Task = {
  resource: string
  /** Milliseconds of a bucket. */
  width: number
  readPage: ReadPage
  fold: (rows: readonly UsageRow[]) => void
  order: TimeOrder
  progress: Progress
}

/**
 * Hands every row of the range to `fold` exactly once, whatever the size and the order of the pages:
 * only the partition of time decides who reads a row. A page that is not the last of its range is used as far as
 * its last bucket, which it may hold in part, and only from a server that was seen to answer in time order;
 * otherwise it only tells how densely the rows lie. One bucket, or rows out of order, are read by their cursor.
 */
export async function readByTime(task: Task, range: Range, pages = 1): Promise<void> {
  // The page is gone by the time that the rest is waited for: there may be hundreds of such waits.
  const rest = await readFirstPage(task, range)
  task.progress.expected += rest.reduce((sum, part) => sum + part.pages, 0) + 1 - pages
  await Promise.all(rest.map((part) => readByTime(task, part, part.pages)))
}

type Part = Range & { pages: number }

/** Reads what one page holds of the range, or all of it by its cursor; returns what is left to read. */
async function readFirstPage(task: Task, range: Range): Promise<Part[]> {
  const { progress, width } = task
  const page = await task.readPage(range)
  progress.read++
  if (page.next === null) {
    foldAway(task, page.rows)
    return []
  }
  const inOrder = isInOrder(page.rows)
  if (!inOrder) await distrust(task)
  const last = page.rows.at(-1)?.at
  if (!inOrder || last === undefined || range.end - range.start <= width) {
    await followCursor(task, range, page)
    return []
  }
  const settled = page.rows.filter((row) => row.at < last)
  const rowsPerBucket = last > range.start ? settled.length / ((last - range.start) / width) : page.rows.length
  const pagesPerBucket = rowsPerBucket / (page.rows.length * FILL)
  page.rows.length = 0
  const reliable = last > range.start && (await keepsOrder(task, { start: range.start, end: last }, settled.length))
  if (reliable) foldAway(task, settled)
  return reliable
    ? cut({ start: last, end: range.end }, width, pagesPerBucket, 1)
    : cut(range, width, pagesPerBucket, 2)
}

/** Equal parts on bucket bounds, about a page each, or as few pages as make no more than MOST_CUTS; with the pages expected of each. */
function cut(range: Range, width: number, pagesPerBucket: number, atLeast: number): Part[] {
  const buckets = (range.end - range.start) / width
  const pages = Math.max(atLeast, Math.ceil(buckets * pagesPerBucket))
  // Parts of a whole number of pages: one and a half would take two.
  const count = Math.min(buckets, Math.ceil(pages / Math.ceil(pages / MOST_CUTS)))
  const bound = (i: number) => Math.floor((i * buckets) / count)
  return Array.from({ length: count }, (_, i) => ({
    start: range.start + bound(i) * width,
    end: range.start + bound(i + 1) * width,
    pages: Math.max(1, Math.ceil((bound(i + 1) - bound(i)) * pagesPerBucket)),
  }))
}

async function followCursor(task: Task, range: Range, first: RowPage): Promise<void> {
  const pages = followPages(
    task.resource,
    async (cursor) => {
      if (cursor === undefined) return first
      const page = await task.readPage(range, cursor)
      task.progress.read++
      task.progress.expected++
      return page
    },
    (page) => page.next,
  )
  for await (const page of pages) foldAway(task, page.rows)
}

/** Nobody needs the rows again, but what has waited for them would keep them from being collected for a while. */
function foldAway({ fold }: Task, rows: UsageRow[]): void {
  fold(rows)
  rows.length = 0
}

function isInOrder(rows: readonly UsageRow[]): boolean {
  return rows.every((row, i) => row.at >= (rows[i - 1]?.at ?? row.at))
}

/**
 * Whether the server answers in time order, as asked. A page that is sorted by chance or by another key first can look
 * the same, so it is put to the test once: the time before its last bucket, asked for alone, holds just the rows it showed.
 */
function keepsOrder({ order, readPage, progress }: Task, shown: Range, rows: number): Promise<boolean> {
  if (order.kept === null && rows < EVIDENCE) return Promise.resolve(false)
  order.kept ??= readPage(shown).then((page) => {
    progress.read++
    progress.expected++
    return page.next === null && page.rows.length === rows
  })
  return order.kept
}

/** Rows out of order: nothing is built on the order from now on, and if something was, it can't be taken back. */
async function distrust({ order, resource }: Task): Promise<void> {
  if (await order.kept)
    throw new AuditError(
      `${resource}: rows came out of time order after they had come in order, so some may be missing.`,
      {
        remedy: 'Run the job again; if it happens twice, set usage-api to legacy.',
      },
    )
  order.kept = Promise.resolve(false)
}
