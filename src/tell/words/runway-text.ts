import type { Planning, Report } from '../../report/report.ts'
import { count, plural } from '../../vocabulary/figures.ts'
import { sameLimit } from '../../vocabulary/limits/limit-key.ts'
import { percentOf } from './format.ts'
import { thresholdsOf } from './select.ts'

type RunwayRow = Planning['runway'][number]

/** `reaches 75 % in about 23 days (15 to 41)`; null for a runway that is refused. */
export function runwaySentence({ outcome, ...row }: RunwayRow, report: Report): string | null {
  const alert = percentOf(report)(alertOf(row, report))
  switch (outcome.kind) {
    case 'refused':
      return null
    case 'far':
      return `rises, and stays below ${alert} for more than a year`
    case 'reaches': {
      const earliest = count(Math.floor(outcome.earliest))
      const latest = outcome.latest === null ? 'more than a year' : count(Math.ceil(outcome.latest))
      const days = Math.round(outcome.days)
      const about = days === 0 ? 'within a day' : `in about ${plural(days, 'day')}`
      return `reaches ${alert} ${about} (${earliest} to ${latest})`
    }
  }
}

function alertOf(row: Omit<RunwayRow, 'outcome'>, report: Report): number {
  const verdict = report.verdicts.find((one) => sameLimit(one, row))
  return thresholdsOf(verdict ?? {}, report).alert
}
