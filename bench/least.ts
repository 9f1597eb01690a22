import type { Size } from './service.ts'

/** What no client can do without, in these worlds, where every workspace uses every model in every minute. */

const MINUTES = 1440
const ROWS_OF_A_PAGE = 1000
/** Models of a group in these worlds. Workspaces override the limits of one group. */
const MODELS_OF_A_GROUP = 4
/** As many as the action has under way at once. */
const AT_ONCE = 8

/**
 * Requests: the limits, the workspaces, each one's limits (the default one's too), and full pages of usage with one row a
 * minute for each group and each override, the day before the first included.
 */
export function leastRequests({ models, workspaces, withOverrides }: Size, days: number): number {
  const minutes = (days + 1) * MINUTES
  const pages = (rowsOfMinute: number) => Math.ceil((minutes * rowsOfMinute) / ROWS_OF_A_PAGE)
  return 2 + workspaces + 1 + pages(Math.ceil(models / MODELS_OF_A_GROUP)) + pages(withOverrides)
}

/** Milliseconds: starting Node, the round trips side by side, and the work on what they bring. */
export function leastWall(requests: number, { latency, work }: { latency: number; work: number }): number {
  return Math.ceil(requests / AT_ONCE) * latency + work
}
