import type { Inputs } from '../inputs/inputs.ts'
import type { Log } from '../log.ts'
import type { Report } from '../report/report.ts'
import { ofBand, refusedRows } from '../tell/words/select.ts'

/** 0, or 1 with the reasons as the run's one failure. */
export function exitCode(report: Report, failOn: Inputs['failOn'], log: Pick<Log, 'fail'>): 0 | 1 {
  const reasons = failureReasons(report, failOn)
  if (reasons.length === 0) return 0
  log.fail(`The run fails: ${reasons.join('; ')}.`)
  return 1
}

/**
 * Why the run fails; empty where it does not. What could not be read or delivered always fails it; a verdict only where
 * `fail-on` names it.
 */
export function failureReasons(report: Report, failOn: Inputs['failOn']): string[] {
  const { status, drift, failures } = report
  const isWatch = status === 'watch' || status === 'alert'
  return [
    failures.length > 0 && 'not everything could be read or delivered',
    failOn.has('alert') && status === 'alert' && `${alertText(report)} (fail-on: alert)`,
    failOn.has('watch') && isWatch && 'a limit is over the watch line (fail-on: watch)',
    failOn.has('drift') && drift.length > 0 && 'limits have moved (fail-on: drift)',
  ].filter((reason) => reason !== false)
}

function alertText(report: Report): string {
  const refused = refusedRows(report).length > 0 && 'requests were refused'
  const over = ofBand(report, 'alert').length > 0 && 'a limit is over the alert line'
  return [refused, over].filter(Boolean).join(', and ')
}
