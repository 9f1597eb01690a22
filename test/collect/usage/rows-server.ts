import { json, type Server, startServer } from '../../emulator/http.ts'

/** A usage service that has whatever rows and keeps whatever order it likes: what the split by time must stand. */

export type WireRow = { minute: number; model: string; workspace: string; output: number }

export type Habits = {
  rows: readonly WireRow[]
  /** The most rows of a page. */
  size: number
  order: (a: WireRow, b: WireRow) => number
  /** Every so many pages, an empty one with a cursor. */
  emptyEvery?: number
}

export const START = Date.parse('2026-11-22T00:00:00Z')
const MINUTE = 60_000
const time = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`

export async function startRows(): Promise<Server & { habits: Habits }> {
  const server = await startServer({
    error: (status) => json(status, {}),
    handle: ({ query }) => {
      const { rows, size, order, emptyEvery } = started.habits
      const [from, to] = ['starting_at', 'ending_at'].map((name) => Date.parse(query.get(name) ?? ''))
      const inRange = rows.filter(({ minute }) => {
        const at = START + minute * MINUTE
        return at >= from! && at < to!
      })
      const sorted = inRange.toSorted(order)
      const [offset = 0, pages = 0] = (query.get('page') ?? '').split(':').map(Number)
      const isEmpty = emptyEvery !== undefined && pages % emptyEvery === emptyEvery - 1
      const end = isEmpty ? offset : offset + Math.min(size, Number(query.get('limit')))
      const more = end < sorted.length
      return json(200, {
        data: sorted.slice(offset, end).map(wire),
        has_more: more,
        next_page: more ? `${end}:${pages + 1}` : null,
        data_refreshed_at: null,
      })
    },
  })
  const started = Object.assign(server, { habits: { rows: [], size: 1000, order: () => 0 } as Habits })
  return started
}

function wire({ minute, model, workspace, output }: WireRow): unknown {
  return {
    starting_at: time(START + minute * MINUTE),
    group: { model, workspace_id: workspace },
    usage: {
      requests: 1,
      uncached_input_tokens: 1,
      cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 3 },
      cache_read_input_tokens: 4,
      output_tokens: output,
      server_tool_use: { web_search_requests: 0 },
    },
  }
}
