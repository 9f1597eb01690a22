import type { Fields } from './fields.ts'
import { asGiven, type InputName } from './names.ts'

/** Inputs that are well-formed each, and do not go together: what is wrong is added to `problems`. */

/** The usage API knows minutes and hours; a log of headers knows what was left at each response. */
export function checkPeakWindow(raw: Record<InputName, string>, values: Partial<Fields>, problems: string[]): void {
  const given = values['peak-window']
  const isLog = raw['headers-log'] !== ''
  if (given === 'second' && !isLog)
    problems.push(
      'peak-window: got "second"; accepted: minute | hour. The usage API has no buckets finer than a minute, so a busiest second cannot be measured from it; the anthropic-ratelimit-* headers of your own responses can show it (input headers-log)',
    )
  if (given === 'hour' && isLog)
    problems.push(
      'peak-window: got "hour" with headers-log; accepted: minute | second. A log shows what was left at each response, which has no mean over an hour',
    )
}

/** Two files at one path would overwrite each other. */
export function checkPaths(raw: Record<InputName, string>, problems: string[]): void {
  const names = ['snapshot-path', 'policy-path', 'gateway-path'] as const
  for (const [index, name] of names.entries()) {
    const other = names.slice(0, index).find((earlier) => raw[earlier] === raw[name])
    if (other) problems.push(`${name}: got ${asGiven(name, raw[name])}; accepted: another path than that of ${other}`)
  }
}

/** What if asks for the minutes of whole workspaces and models, which no log has. */
export function checkWhatIf(raw: Record<InputName, string>, problems: string[]): void {
  if (raw['what-if'] !== '' && raw['headers-log'] !== '')
    problems.push(
      `what-if: got ${asGiven('what-if', raw['what-if'])} with headers-log; accepted: nothing, since a log has no minutes of whole workspaces`,
    )
}
