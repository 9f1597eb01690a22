import { atMost, count } from '../../vocabulary/figures.ts'

/** A list that is cut says so: the first `most` items as `line` writes them, then how many more there are. */
export function list<T>(
  items: readonly T[],
  most: number,
  line: (item: T, index: number) => string,
  rest: (more: number) => string = andMore,
): string[] {
  const { shown, more } = atMost(items, most)
  const lines = shown.map(line)
  return more > 0 ? [...lines, rest(more)] : lines
}

/** Below a table that is cut: `and 3 more`; empty where nothing was left out. */
export function andMore(more: number): string {
  return more > 0 ? `and ${count(more)} more` : ''
}
