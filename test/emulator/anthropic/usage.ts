import { createHash } from 'node:crypto'
import type { Received } from '../exchange.ts'
import type { World } from '../world/world.ts'
import type { Options } from './options.ts'
import { openCursor, sealCursor } from './query.ts'
import { atomsBetween, DIMENSIONS, MINUTE, type Row, rowsOf, totalTokens } from './rows.ts'
import { GROUP_BY, readUsageQuery, type UsageQuery } from './usage-query.ts'

/** `GET /v1/organizations/analytics/usage`: sparse rows, page by page. */
export function listUsage(request: Received, world: World, options: Options): string {
  const now = world.now()
  const query = readUsageQuery(request, now, options)
  const size = Math.min(query.limit, options.maxRows)
  const byTime = query.orderBy === 'time' && query.width !== undefined && !options.shuffled
  const position = openCursor(request)
  const { rows, next } = byTime
    ? pageByTime(world, query, size, position ?? [0, 0])
    : pageOfAll(ranked(world, query, options), size, position ?? [0])
  const refreshed =
    options.dataRefreshedAt === undefined ? time(Math.floor(now / MINUTE - 5) * MINUTE) : options.dataRefreshedAt
  const data = rows.map((row) => serialize(row, query, options)).join()
  const cursor = next === undefined ? null : sealCursor(request, next)
  return `{"data":[${data}],"has_more":${cursor !== null},"next_page":${JSON.stringify(cursor)},"data_refreshed_at":${JSON.stringify(refreshed)}}`
}

type Page = { rows: Row[]; next: number[] | undefined }

/** Buckets one after another, only as many as the page holds: a position is a bucket and a row within it. */
function pageByTime(world: World, query: UsageQuery, size: number, [from = 0, skip = 0]: number[]): Page {
  const buckets = bucketsOf(query)
  const rows: Row[] = []
  for (let bucket = from; bucket < buckets.length; bucket++) {
    const already = bucket === from ? skip : 0
    if (rows.length === size) {
      if (bucketHasRows(world, query, buckets[bucket]!)) return { rows, next: [bucket, 0] }
      continue
    }
    const all = bucketRows(world, query, buckets[bucket]!).sort(byTotal)
    const taken = all.slice(already, already + size - rows.length)
    rows.push(...taken)
    if (already + taken.length < all.length) return { rows, next: [bucket, already + taken.length] }
  }
  return { rows, next: undefined }
}

function pageOfAll(all: Row[], size: number, [start = 0]: number[]): Page {
  const end = start + size
  return { rows: all.slice(start, end), next: end < all.length ? [end] : undefined }
}

/** Every row of the query in the order of its metric. */
function ranked(world: World, query: UsageQuery, options: Options): Row[] {
  const rows = bucketsOf(query).flatMap((start) => bucketRows(world, query, start))
  if (options.shuffled) return rows.sort((a, b) => compare(disorder(a), disorder(b)))
  const metric = {
    output_tokens: (row: Row) => row.output,
    requests: (row: Row) => row.requests ?? -1,
    time: totalTokens,
    total_tokens: totalTokens,
    uncached_input_tokens: (row: Row) => row.uncachedInput,
  }[query.orderBy]
  const sign = query.order === 'asc' ? 1 : -1
  return rows.sort((a, b) => sign * (metric(a) - metric(b)) || a.start - b.start || compare(a.key, b.key))
}

function bucketsOf({ from, to, width, orderBy, order }: UsageQuery): number[] {
  if (width === undefined) return to > from ? [from] : []
  const buckets = Array.from({ length: Math.ceil((to - from) / width) }, (_, index) => from + index * width)
  return orderBy === 'time' && order === 'desc' ? buckets.reverse() : buckets
}

const bucketRows = (world: World, query: UsageQuery, start: number): Row[] =>
  rowsOf(world, start, query.width === undefined ? query.to : start + query.width, query.groupBy, query.keep)

function bucketHasRows(world: World, query: UsageQuery, start: number): boolean {
  for (const atom of atomsBetween(world, start, start + (query.width ?? 0))) if (query.keep(atom)) return true
  return false
}

const byTotal = (a: Row, b: Row): number => totalTokens(b) - totalTokens(a) || compare(a.key, b.key)
const compare = (a: string, b: string): number => Number(a > b) - Number(a < b)
const disorder = (row: Row): string => createHash('md5').update(`${row.start}${row.key}`).digest('hex')

const times = new Map<number, string>()

/** `2026-11-22T14:05:00Z`. Remembered, for a page has a thousand rows of one minute. */
export function time(at: number): string {
  let text = times.get(at)
  if (text === undefined) {
    text = `${new Date(at).toISOString().slice(0, 19)}Z`
    times.set(at, text)
  }
  return text
}

const groups = new Map<string, string>()

/** A row as JSON. By hand, and its group from a cache: a large organization's day is over a gigabyte of them. */
function serialize(row: Row, query: UsageQuery, options: Options): string {
  const key = `${query.groupBy.join()}\n${row.key}`
  let group = groups.get(key)
  if (group === undefined) {
    group = JSON.stringify(Object.fromEntries(GROUP_BY.map((name) => [name, dimension(row, query, name)])))
    groups.set(key, group)
  }
  const requests = options.requestsUnknown ? null : row.requests
  return (
    `{"starting_at":"${time(row.start)}","ending_at":"${time(row.end)}","group":${group},"usage":{` +
    `"uncached_input_tokens":${row.uncachedInput},"cache_creation":{"ephemeral_5m_input_tokens":${row.cacheCreation5m},` +
    `"ephemeral_1h_input_tokens":${row.cacheCreation1h}},"cache_read_input_tokens":${row.cacheRead},` +
    `"output_tokens":${row.output},"total_tokens":${totalTokens(row)},"requests":${requests},` +
    `"server_tool_use":{"web_search_requests":${row.webSearches}}}}`
  )
}

function dimension(row: Row, query: UsageQuery, name: (typeof GROUP_BY)[number]): unknown {
  if (!query.groupBy.includes(name)) return null
  return DIMENSIONS[name]?.(row.sample) ?? null
}
