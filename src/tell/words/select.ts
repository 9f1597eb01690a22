import type { Band, Report, Scope, Verdict } from '../../report/report.ts'

/** Which rows of a report a rendering shows, and in which order. */

/** A verdict with a figure: every band but `unmeasured`. */
export type Measured = Verdict & { limit: number; peak: number; utilization: number }

export function isMeasured(verdict: Verdict): verdict is Measured {
  return (
    verdict.band !== 'unmeasured' && verdict.utilization !== null && verdict.peak !== null && verdict.limit !== null
  )
}

/** Measured rows of one band that nobody muted, highest utilization first; rows of equal utilization keep the report's order. */
export function ofBand(report: Report, band: Exclude<Band, 'unmeasured'>): Measured[] {
  return measured(report).filter((verdict) => verdict.band === band && !verdict.muted)
}

/** Measured rows that the policy file mutes, highest utilization first. */
export function muted(report: Report): Measured[] {
  return measured(report).filter((verdict) => verdict.muted !== undefined)
}

/** All measured rows, highest utilization first. */
export function measured(report: Report): Measured[] {
  return report.verdicts.filter(isMeasured).sort((a, b) => b.utilization - a.utilization)
}

/** The row with the highest utilization among those that nobody muted; where all are muted, among all. */
export function highest(report: Report): Measured | undefined {
  const rows = measured(report)
  return rows.find((row) => !row.muted) ?? rows[0]
}

export function unmeasured(report: Report): Verdict[] {
  return report.verdicts.filter((verdict) => !isMeasured(verdict))
}

/**
 * A row of a workspace whose limits could not be read. No value of its own binds in any other row: where an override has no
 * value, the organization's limit does.
 */
export function isUnread({ scope, limit_source, configured }: Verdict): boolean {
  return scope.type === 'workspace' && limit_source === 'workspace' && configured === null
}

/** Rows that were over a line the day before and are back below it, those that were highest first. */
export function recovered(report: Report): Measured[] {
  return measured(report)
    .filter((verdict) => verdict.transition === 'recovered')
    .sort((a, b) => (b.previous?.utilization ?? 0) - (a.previous?.utilization ?? 0))
}

export function sameScope(a: Scope, b: Scope): boolean {
  return a.type === 'organization' ? b.type === 'organization' : b.type === 'workspace' && a.id === b.id
}

/** The lines a row is judged by: its own where the policy file moved them. */
export function thresholdsOf(
  row: Pick<Verdict, 'thresholds'>,
  report: Pick<Report, 'thresholds'>,
): Report['thresholds'] {
  return row.thresholds ?? report.thresholds
}

/** Whether a workspace's own value binds nothing, because the organization's is lower. */
export function isInert(verdict: Verdict): boolean {
  const { scope, limit_source, configured, limit } = verdict
  return (
    scope.type === 'workspace' &&
    limit_source === 'organization' &&
    configured !== null &&
    limit !== null &&
    configured > limit
  )
}

/** Whether two rows are about the same limiter of the same group in the same scope. */
export function isSameLimit(
  a: Pick<Verdict, 'scope' | 'group' | 'limiter'>,
  b: Pick<Verdict, 'scope' | 'group' | 'limiter'>,
): boolean {
  return (
    a.limiter === b.limiter &&
    a.group.type === b.group.type &&
    a.group.name === b.group.name &&
    sameScope(a.scope, b.scope)
  )
}
