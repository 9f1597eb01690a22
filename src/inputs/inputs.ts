import type * as z from 'zod'
import type { Deps } from '../deps.ts'
import { AuditError } from '../errors.ts'
import { readProxies } from '../transport/proxies.ts'
import type { Secrets } from '../transport/redaction.ts'
import type { Window } from '../vocabulary/use/window.ts'
import { checkLive, withWindow } from './choose-window.ts'
import { type Fields, fields } from './fields.ts'
import { asGiven, INPUTS, type InputName, SECRET_INPUTS } from './names.ts'
import { type Credentials, chooseSource, type LogPattern } from './source.ts'
import { checkPaths, checkPeakWindow, checkWhatIf } from './together.ts'
import type { WhatIfChange } from './what-if-lines.ts'

/** What was asked for. `log-span`: the window is what the log holds, which is known once it has been read. */
export type Inputs = ApiInputs | LogInputs
/** What a check of the files in a pull request needs: no credential, and no service. */
export type CheckInputs = { mode: 'check'; policyPath: string; snapshotPath: string }
export type ApiInputs = OtherInputs & { source: Credentials; window: Window }
export type LogInputs = OtherInputs & { source: LogPattern; window: Window | 'log-span' }

/** Whether a log is to be read, and not the Admin API. */
export function areOfLog(inputs: Inputs): inputs is LogInputs {
  return inputs.source.kind === 'headers-log'
}

type OtherInputs = {
  mode: 'audit' | 'drill'
  anthropicBaseUrl: string
  /** A log of headers is always read to the second. */
  peakWindow: 'minute' | 'hour'
  thresholds: { watch: number; alert: number }
  issues: 'none' | 'alert'
  /** Changes to play through on the use of the window. */
  whatIf: readonly WhatIfChange[]
  policyPath: string
  workspaces: 'all' | 'none' | readonly string[]
  models: readonly string[]
  groupTypes: readonly string[]
  usageApi: 'auto' | 'analytics' | 'legacy'
  slackWebhookUrl: string | null
  notify: 'on-alert' | 'on-change' | 'always' | 'never'
  onNotifyFailure: 'fail' | 'warn'
  runbookUrl: string | null
  snapshot: {
    path: string
    gatewayPath: string | null
    mode: 'commit' | 'pull-request' | 'file' | 'none'
    base: string | null
    branch: string
    commitMessage: string
    /** Of the pull request; null: made from the changes. */
    title: string | null
    labels: readonly string[]
    reviewers: readonly string[]
    assignees: readonly string[]
  }
  githubToken: string
  failOn: ReadonlySet<'alert' | 'watch' | 'drift'>
  dryRun: boolean
}

/**
 * Reads and checks every input, and the addresses of the proxies. The secrets are made known first, so that nothing later
 * can show them.
 * Throws one AuditError that names every bad input, what was given and what is accepted; no request has been made by then.
 */
export function readInputs(
  { core, now, env }: Pick<Deps, 'core' | 'now' | 'env'>,
  secrets: Pick<Secrets, 'add' | 'redact'>,
): Inputs | CheckInputs {
  const names = Object.keys(INPUTS) as InputName[]
  const raw = Object.fromEntries(names.map((name) => [name, core.getInput(name).trim() || INPUTS[name]])) as Record<
    InputName,
    string
  >
  for (const name of SECRET_INPUTS) if (raw[name]) secrets.add(raw[name])

  const problems = [...readProxies(env).problems]
  const values: Partial<Fields> = {}
  for (const name of names) {
    const parsed = fields[name].safeParse(raw[name])
    if (parsed.success) Object.assign(values, { [name]: parsed.data })
    if (!SECRET_INPUTS.has(name) && secrets.redact(raw[name]) !== raw[name])
      problems.push(
        `${name}: got a value that is not shown because it holds a secret; accepted: ${parsed.success ? 'a value without one, for it is shown to readers' : acceptedBy(parsed.error)}`,
      )
    else if (!parsed.success)
      problems.push(`${name}: got ${asGiven(name, raw[name])}; accepted: ${acceptedBy(parsed.error)}`)
  }
  if (values.mode === 'check') return checkInputs(raw, values, problems)
  const source = chooseSource(raw, values, problems)
  checkPeakWindow(raw, values, problems)
  checkWhatIf(raw, problems)
  checkLive(raw, values, problems)
  const sourced = source && withWindow(source, values, now(), problems)
  if (
    values.threshold !== undefined &&
    values['watch-threshold'] !== undefined &&
    values['watch-threshold'] >= values.threshold
  )
    problems.push(
      `watch-threshold: got ${asGiven('watch-threshold', raw['watch-threshold'])}; accepted: a value below threshold (${raw.threshold})`,
    )
  const { base, branch } = values
  const isOwn = base === branch || base?.startsWith(`${branch}-next`) || base?.startsWith(`${branch}-scratch-`)
  if (base && isOwn && values['snapshot-mode'] === 'pull-request')
    problems.push(
      `branch: got ${asGiven('branch', raw.branch)}; accepted: a branch other than base (${base}), neither it nor one on which this action prepares its commits`,
    )

  checkPaths(raw, problems)

  if (problems.length > 0 || !sourced) throw new AuditError(problemText(problems))
  return { ...sourced, ...otherInputs(values as Fields) }
}

/** A check reads two files: whatever else is given has to be well-formed, and means nothing. */
function checkInputs(raw: Record<InputName, string>, values: Partial<Fields>, problems: string[]): CheckInputs {
  checkPaths(raw, problems)
  const { 'policy-path': policyPath, 'snapshot-path': snapshotPath } = values
  if (problems.length > 0 || policyPath === undefined || snapshotPath === undefined)
    throw new AuditError(problemText(problems))
  return { mode: 'check', policyPath, snapshotPath }
}

function acceptedBy(error: z.ZodError): string {
  const issue = error.issues[0]
  // A union reports the branches it tried: the last one is the grammar, the first the empty string.
  if (issue?.code === 'invalid_union') return issue.errors.at(-1)?.at(0)?.message ?? issue.message
  return issue?.message ?? 'something else'
}

function problemText(problems: readonly string[]): string {
  const head = problems.length === 1 ? 'One input is not valid' : `${problems.length} inputs are not valid`
  return `${head}; nothing was read or sent.\n${problems.map((problem) => `- ${problem}`).join('\n')}`
}

function otherInputs(values: Fields): OtherInputs {
  return {
    // A check has gone its own way by then.
    mode: values.mode === 'drill' ? 'drill' : 'audit',
    anthropicBaseUrl: values['anthropic-base-url'],
    peakWindow: values['peak-window'] === 'hour' ? 'hour' : 'minute',
    thresholds: { watch: values['watch-threshold'], alert: values.threshold },
    issues: values.issues,
    whatIf: values['what-if'],
    policyPath: values['policy-path'],
    workspaces: values.workspaces,
    models: values.models,
    groupTypes: values['group-types'],
    usageApi: values['usage-api'],
    slackWebhookUrl: values['slack-webhook-url'],
    notify: values.notify,
    onNotifyFailure: values['on-notify-failure'],
    runbookUrl: values['runbook-url'],
    snapshot: {
      path: values['snapshot-path'],
      gatewayPath: values['gateway-path'],
      mode: values['snapshot-mode'],
      base: values.base,
      branch: values.branch,
      commitMessage: values['commit-message'],
      title: values['pull-request-title'],
      labels: values['pull-request-labels'],
      reviewers: values['pull-request-reviewers'],
      assignees: values['pull-request-assignees'],
    },
    githubToken: values['github-token'],
    failOn: values['fail-on'],
    dryRun: values['dry-run'],
  }
}
