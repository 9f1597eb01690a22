import type { Report, UnmeasuredRow } from '../../report/report.ts'
import { count, listing } from '../../vocabulary/figures.ts'
import { limitName, peakTime, percentOf } from '../words/format.ts'
import { refusedName, refusedText } from '../words/refused-text.ts'
import { type Measured, measured, refusedRows, soFar } from '../words/select.ts'
import { bindingLimit, shareOf, thresholdName } from '../words/sentences.ts'
import { type Column, columns } from './layout.ts'
import { inColourOf, painted, type Screen, terminalText } from './style.ts'

const HEADS: readonly Column[] = [
  { head: 'Band' },
  { head: 'Used', align: 'right' },
  { head: 'Limit' },
  { head: 'Peak', align: 'right' },
  { head: 'of', align: 'right' },
  { head: 'When (UTC)' },
]
const NAME = 2
/** Quiet rows shown: the ones that come next. */
const QUIET = 8

/** The scorecard: what was refused, then every limit by use, the highest first; of those below the watch line the first few. */
export function scorecardRows(report: Report, screen: Screen): string {
  const rows = measured(report)
  const loud = rows.filter(({ band }) => band !== 'ok')
  const quiet = rows.filter(({ band }) => band === 'ok')
  const open = soFar(report)
  const shown = [...loud, ...quiet.slice(0, QUIET)]
  const shownOpen = open.slice(0, QUIET)
  const more = rows.length - shown.length + open.length - shownOpen.length
  const table =
    shown.length + shownOpen.length > 0 &&
    columns(
      HEADS,
      [...shown.map((row) => cells(row, report, screen)), ...shownOpen.map((row) => openCells(row, report, screen))],
      NAME,
      screen,
    )
  const rest = more > 0 && painted('gray', `and ${count(more)} more below ${thresholdName('watch', report)}`, screen)
  return [...refusedRows(report).map((row) => refusedLine(row, screen)), table, rest].filter(Boolean).join('\n')
}

function refusedLine(row: ReturnType<typeof refusedRows>[number], screen: Screen): string {
  return `${inColourOf('alert', 'alert', screen)}  ${refusedName(row, terminalText)}: ${refusedText(row)}`
}

function cells(row: Measured, report: Report, screen: Screen): string[] {
  const mark = row.lower_bound ? '≥ ' : ''
  const driven = driverLine(row, report)
  return [
    inColourOf(row.band, row.muted ? `${row.band}, muted` : row.band, screen),
    inColourOf(row.band, `${mark}${shareOf(row, report)(row.utilization)}`, screen),
    `${limitName(row, terminalText)}${driven && `\n${painted('gray', driven, screen)}`}`,
    count(row.peak),
    count(row.limit),
    peakTime(row, report)
      .replace(/ UTC$/, '')
      .replace(/^\d{4}-/, ''),
  ]
}

/** A row of a live window that is below its watch line so far. */
function openCells(row: UnmeasuredRow, report: Report, screen: Screen): string[] {
  if (!row.so_far) return []
  const { peak, peak_at, utilization } = row.so_far
  return [
    inColourOf('unmeasured', 'so far', screen),
    inColourOf('unmeasured', percentOf(report)(utilization), screen),
    limitName(row, terminalText),
    count(peak),
    row.limit === null ? '' : count(row.limit),
    peakTime({ ...row, peak, peak_at }, report)
      .replace(/ UTC$/, '')
      .replace(/^\d{4}-/, ''),
  ]
}

/** `by mobile-app 71 %, API key batch-retry 64 %`, for a row that is close or over. */
function driverLine(row: Measured, report: Report): string {
  const note = bindingLimit(row) === count(row.limit) ? '' : `limit ${bindingLimit(row)}`
  if (row.band === 'ok' || !row.drivers) return note
  const { workspaces, api_keys, models } = row.drivers
  const share = shareOf(row, report)
  const first = [
    row.scope.type === 'organization' && workspaces[0] && { of: '', ...workspaces[0] },
    api_keys[0] && { of: api_keys[0].id === null ? '' : 'API key ', ...api_keys[0] },
    !api_keys[0] && models[0] && { of: '', ...models[0] },
  ].filter((item) => item !== false && item !== undefined)
  const who = first.map(({ of, name, share: part }) => `${of}${terminalText(name)} ${share(part)}`)
  return [who.length > 0 && `by ${listing(who)}`, note].filter(Boolean).join('; ')
}
