import type { ConsequenceRow, DriftRow } from '../../src/report/report.ts'

/** A drift of the organization's output limit, but for what is given; its consequence follows from its figures. */
export const drift = (given: Partial<DriftRow>): DriftRow =>
  withConsequence({
    class: 'cut',
    scope: { type: 'organization' },
    group: { type: 'model_group', name: 'Claude Opus 4.x' },
    limiter: 'output_tokens_per_minute',
    before: 800_000,
    after: 400_000,
    utilization_before: null,
    utilization_after: null,
    peak: null,
    consequences: [],
    model: null,
    from: null,
    ...given,
  })

/** The row with the one consequence that its figures tell, where it has none. */
export function withConsequence(row: DriftRow): DriftRow {
  const { scope, group, limiter, peak, utilization_before: was, utilization_after: is, consequences } = row
  if (consequences.length > 0 || group === null || limiter === null || peak === null) return row
  const side = (utilization: number | null, limit: number | null) =>
    utilization === null ? null : { limit: limit ?? Math.round(peak / utilization), peak, utilization }
  const own = { scope, group, limiter, before: side(was, row.before), after: side(is, row.after) }
  return { ...row, consequences: [own] }
}

/** A consequence for the output limit of a group: peaks and limits before and after; null: no such limit. */
export function consequence(
  name: string,
  before: [peak: number, limit: number] | null,
  after: [peak: number, limit: number] | null,
  limiter = 'output_tokens_per_minute',
): ConsequenceRow {
  const side = (given: [number, number] | null) =>
    given && { peak: given[0], limit: given[1], utilization: given[0] / given[1] }
  const group = { type: 'model_group', name }
  return { scope: { type: 'organization' }, group, limiter, before: side(before), after: side(after) }
}
