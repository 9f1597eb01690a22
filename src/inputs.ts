import { isAbsolute } from 'node:path'
import * as z from 'zod'
import type { Deps } from './deps.ts'
import { AuditError } from './errors.ts'
import { DAY, dayOf, earliestDay, isoDay, parseDay, type Window, windowOf } from './usage/window.ts'

/**
 * Every input and its default, as in action.yml (a test compares them).
 * An empty string means the default: that is how the runner hands over an expression that came out empty.
 */
export const INPUTS = {
  'anthropic-admin-key': '',
  'anthropic-federation-rule-id': '',
  'anthropic-organization-id': '',
  'anthropic-service-account-id': '',
  'anthropic-workspace-id': '',
  'anthropic-oidc-audience': 'https://api.anthropic.com',
  'anthropic-base-url': 'https://api.anthropic.com',
  'headers-log': '',
  date: 'yesterday',
  'lookback-days': '1',
  'peak-window': 'minute',
  threshold: '75%',
  'watch-threshold': '50%',
  'policy-path': '.github/claude-rate-limits.policy.yml',
  workspaces: 'all',
  models: '',
  'group-types': '',
  'usage-api': 'auto',
  'slack-webhook-url': '',
  notify: 'on-alert',
  'on-notify-failure': 'fail',
  'runbook-url': '',
  'snapshot-path': '.github/claude-rate-limits.json',
  'gateway-path': '',
  'snapshot-mode': 'commit',
  base: '',
  branch: 'claude-rate-limit-audit',
  'commit-message': 'chore: update Claude rate limits',
  'pull-request-labels': '',
  'pull-request-reviewers': '',
  'pull-request-assignees': '',
  'github-token': '',
  'fail-on': 'never',
  'dry-run': 'false',
} as const satisfies Record<string, string>

export type InputName = keyof typeof INPUTS

/** Values that must never be shown, also not in the error that rejects them. */
const SECRET_INPUTS: ReadonlySet<InputName> = new Set(['anthropic-admin-key', 'slack-webhook-url', 'github-token'])

export type Credentials =
  | { kind: 'admin-key'; key: string }
  | {
      kind: 'federation'
      federationRuleId: string
      organizationId: string
      serviceAccountId: string
      workspaceId: string | null
      audience: string
    }

/** Where limits and use are read: the Admin API, or (without any credential) a log of response headers. */
export type Source = Credentials | { kind: 'headers-log'; pattern: string }

export type Inputs = {
  source: Source
  anthropicBaseUrl: string
  window: Window
  /** A log of headers is always read to the second. */
  peakWindow: 'minute' | 'hour'
  thresholds: { watch: number; alert: number }
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
    labels: readonly string[]
    reviewers: readonly string[]
    assignees: readonly string[]
  }
  githubToken: string
  failOn: ReadonlySet<'alert' | 'watch' | 'drift'>
  dryRun: boolean
}

const GROUP_TYPES = ['model_group', 'batch', 'token_count', 'files', 'skills', 'web_search'] as const

/** A parser of one input's text: `undefined` means rejected, and `accepted` tells what would have been taken. */
function grammar<T>(accepted: string | ((text: string) => string), parse: (text: string) => T | undefined) {
  return z.string().transform((text, context): T => {
    const value = parse(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: typeof accepted === 'string' ? accepted : accepted(text) })
    return z.NEVER
  })
}

const oneOf = <const T extends string>(...values: readonly T[]) =>
  grammar(values.join(' | '), (text) => values.find((value) => value === text))

const list = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,\n]/)
      .map((item) => item.trim())
      .filter(Boolean),
  ),
]
const listOf = grammar('a list, separated by commas or new lines', list)

const optional = <T>(schema: z.ZodType<T, string>) => z.union([z.literal('').transform((): null => null), schema])

const identifier = (prefix: string) =>
  optional(
    grammar(`an ID that starts with ${prefix}`, (text) =>
      new RegExp(`^${prefix}[\\w-]+$`).test(text) ? text : undefined,
    ),
  )

const uuid = optional(
  grammar('a UUID, as shown in the Console or by GET /v1/organizations/me', (text) =>
    /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? text : undefined,
  ),
)

const httpsUrl = (accepted: string, { loopback = false, host }: { loopback?: boolean; host?: string } = {}) =>
  grammar(accepted, (text) => {
    const url = URL.parse(text)
    if (!url || url.username || url.password) return undefined
    const secure = url.protocol === 'https:' || (loopback && url.protocol === 'http:' && isLoopback(url.hostname))
    if (!secure || (host && url.hostname !== host && !isLoopback(url.hostname))) return undefined
    return text.replace(/\/+$/, '')
  })

/** Plain http is for test doubles on this very machine only. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/** `75%` or `0.75`. The decimal point is moved in the text, so that 57.5% is the same double as 0.575. */
export const threshold = grammar(
  (text) =>
    Number(text) > 1
      ? `a percentage (75%) or a ratio up to 1 (0.75); a bare number above 1 is ambiguous, did you mean "${text}%"?`
      : 'a percentage (75%) or a ratio (0.75), above 0',
  (text) => {
    const match = /^(\d+(?:\.\d+)?)(\s?%)?$/.exec(text)
    if (!match) return undefined
    const ratio = match[2] ? Number(`${match[1]}e-2`) : Number(match[1])
    return ratio > 0 && (match[2] || ratio <= 1) ? ratio : undefined
  },
)

const repositoryPath = grammar(
  'a path inside the repository: no "..", not absolute, not under .git/ or .github/workflows/',
  (text) => {
    const path = text.replace(/^(\.\/)+/, '')
    const parts = path.split('/')
    const escapes = isAbsolute(path) || /^[a-z]:/i.test(path) || path.includes('\\') || path.includes('\0')
    if (escapes || parts.some((part) => part === '' || part === '.' || part === '..')) return undefined
    if (parts[0]?.toLowerCase() === '.git' || /^\.github\/workflows(\/|$)/i.test(path)) return undefined
    return path
  },
)

/** Git's own rules for a branch name, as far as a mistyped input can break them (git-check-ref-format). */
const branchName = grammar('a branch name, without refs/heads/', (text) =>
  /^(?!refs\/)(?![/.-])[^\s~^:?*[\\\p{Cc}]+(?<![/.])$/u.test(text) && !/\.\.|@\{|\/\/|\.lock$/.test(text)
    ? text
    : undefined,
)

const failOn = grammar('never, or a list of alert, watch, drift', (text) => {
  const items = list(text)
  if (items.length === 1 && items[0] === 'never') return new Set<never>()
  const known = (['alert', 'watch', 'drift'] as const).filter((item) => items.includes(item))
  return items.length > 0 && known.length === items.length ? new Set(known) : undefined
})

const fields = {
  'anthropic-admin-key': optional(
    grammar('an Admin API key (sk-ant-…), as one word', (text) => (/^sk-ant-[\w-]+$/.test(text) ? text : undefined)),
  ),
  'anthropic-federation-rule-id': identifier('fdrl_'),
  'anthropic-organization-id': uuid,
  'anthropic-service-account-id': identifier('svac_'),
  'anthropic-workspace-id': optional(
    grammar('an ID that starts with wrkspc_, or default', (text) =>
      /^(wrkspc_[\w-]+|default)$/.test(text) ? text : undefined,
    ),
  ),
  'anthropic-oidc-audience': grammar('an audience without spaces', (text) => (/^\S+$/.test(text) ? text : undefined)),
  'anthropic-base-url': httpsUrl('an https URL without credentials (http on loopback only)', { loopback: true }),
  'headers-log': optional(
    grammar('a path or a glob, such as logs/claude-*.jsonl', (text) => (/[\0\r\n]/.test(text) ? undefined : text)),
  ),
  date: grammar('yesterday, or a day as YYYY-MM-DD (UTC)', (text) => (text === 'yesterday' ? text : parseDay(text))),
  'lookback-days': grammar('a whole number from 1 to 31', (text) =>
    /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= 31 ? Number(text) : undefined,
  ),
  'peak-window': oneOf('minute', 'hour', 'second'),
  threshold,
  'watch-threshold': threshold,
  'policy-path': repositoryPath,
  workspaces: grammar('all | none | a list of workspace IDs or names', (text) => {
    if (text === 'all' || text === 'none') return text
    const items = list(text)
    return items.length > 0 && !items.includes('all') && !items.includes('none') ? items : undefined
  }),
  models: listOf,
  'group-types': grammar(`a list of ${GROUP_TYPES.join(', ')}`, (text) => {
    const items = list(text)
    return items.every((item) => (GROUP_TYPES as readonly string[]).includes(item)) ? items : undefined
  }),
  'usage-api': oneOf('auto', 'analytics', 'legacy'),
  'slack-webhook-url': optional(
    httpsUrl('an incoming webhook, https://hooks.slack.com/services/…', { loopback: true }),
  ),
  notify: oneOf('on-alert', 'on-change', 'always', 'never'),
  'on-notify-failure': oneOf('fail', 'warn'),
  'runbook-url': optional(httpsUrl('an https URL')),
  'snapshot-path': repositoryPath,
  'gateway-path': optional(repositoryPath),
  'snapshot-mode': oneOf('commit', 'pull-request', 'file', 'none'),
  base: optional(branchName),
  branch: branchName,
  'commit-message': grammar('one line of text', (text) => (/[\r\n]/.test(text) ? undefined : text)),
  'pull-request-labels': listOf,
  'pull-request-reviewers': listOf,
  'pull-request-assignees': listOf,
  'github-token': z.string(),
  'fail-on': failOn,
  'dry-run': grammar('true | false', (text) => ({ true: true, false: false })[text.toLowerCase() as 'true' | 'false']),
} satisfies Record<InputName, z.ZodType<unknown, string>>

type Fields = { [Name in InputName]: z.output<(typeof fields)[Name]> }

/**
 * Reads and checks every input. Hands the secrets to `mask` first, so that nothing later can show them.
 * Throws one AuditError that names every bad input, what was given and what is accepted; no request has been made by then.
 */
export function readInputs({ core, now }: Pick<Deps, 'core' | 'now'>, mask: (secret: string) => void): Inputs {
  const names = Object.keys(INPUTS) as InputName[]
  const raw = Object.fromEntries(names.map((name) => [name, core.getInput(name).trim() || INPUTS[name]])) as Record<
    InputName,
    string
  >
  for (const name of SECRET_INPUTS) if (raw[name]) mask(raw[name])

  const problems: string[] = []
  const values: Partial<Fields> = {}
  for (const name of names) {
    const parsed = fields[name].safeParse(raw[name])
    if (parsed.success) Object.assign(values, { [name]: parsed.data })
    else problems.push(`${name}: got ${shown(name, raw[name])}; accepted: ${acceptedBy(parsed.error)}`)
  }
  const source = chooseSource(raw, values, problems)
  checkPeakWindow(raw, values, problems)
  const window = chooseWindow(values, now(), problems)
  if (
    values.threshold !== undefined &&
    values['watch-threshold'] !== undefined &&
    values['watch-threshold'] >= values.threshold
  )
    problems.push(
      `watch-threshold: got ${shown('watch-threshold', raw['watch-threshold'])}; accepted: a value below threshold (${raw.threshold})`,
    )
  if (values.base && values.base === values.branch && values['snapshot-mode'] === 'pull-request')
    problems.push(
      `branch: got ${shown('branch', raw.branch)}; accepted: a branch other than base, which a pull request needs`,
    )

  checkPaths(raw, problems)

  if (problems.length > 0 || !source || !window) throw new AuditError(problemText(problems))
  return toInputs(values as Fields, source, window)
}

function acceptedBy(error: z.ZodError): string {
  const issue = error.issues[0]
  // A union reports the branches it tried: the last one is the grammar, the first the empty string.
  if (issue?.code === 'invalid_union') return issue.errors.at(-1)?.at(0)?.message ?? issue.message
  return issue?.message ?? 'something else'
}

function shown(name: InputName, text: string): string {
  return SECRET_INPUTS.has(name) ? 'a value that is not shown because it is a secret' : JSON.stringify(text)
}

function problemText(problems: readonly string[]): string {
  const head = problems.length === 1 ? 'One input is not valid' : `${problems.length} inputs are not valid`
  return `${head}; nothing was read or sent.\n${problems.map((problem) => `- ${problem}`).join('\n')}`
}

const FEDERATION = [
  'anthropic-federation-rule-id',
  'anthropic-organization-id',
  'anthropic-service-account-id',
] as const

/** A log of headers instead of a credential, or else a credential. */
function chooseSource(raw: Record<InputName, string>, values: Partial<Fields>, problems: string[]): Source | undefined {
  if (!raw['headers-log']) return chooseCredentials(raw, values, problems)
  const given = (['anthropic-admin-key', ...FEDERATION, 'anthropic-workspace-id'] as const).filter((name) => raw[name])
  if (given.length > 0)
    problems.push(
      `headers-log: got a log together with ${given.join(', ')}; accepted: a log, or a credential of the Admin API, not both`,
    )
  const pattern = values['headers-log']
  return pattern ? { kind: 'headers-log', pattern } : undefined
}

/** The usage API knows minutes and hours; a log of headers knows what was left at each response. */
function checkPeakWindow(raw: Record<InputName, string>, values: Partial<Fields>, problems: string[]): void {
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

function checkPaths(raw: Record<InputName, string>, problems: string[]): void {
  const names = ['snapshot-path', 'policy-path', 'gateway-path'] as const
  for (const [index, name] of names.entries()) {
    const other = names.slice(0, index).find((earlier) => raw[earlier] === raw[name])
    if (other) problems.push(`${name}: got ${shown(name, raw[name])}; accepted: another path than that of ${other}`)
  }
}

function chooseCredentials(
  raw: Record<InputName, string>,
  values: Partial<Fields>,
  problems: string[],
): Credentials | undefined {
  const given = FEDERATION.filter((name) => raw[name])
  const anyFederation = given.length > 0 || raw['anthropic-workspace-id'] !== ''
  if (raw['anthropic-admin-key'] && anyFederation) {
    problems.push(
      `anthropic-admin-key: got a key together with federation inputs (${[...given, 'anthropic-workspace-id'].filter((name) => raw[name as InputName]).join(', ')}); accepted: exactly one of the two ways to authenticate`,
    )
    return undefined
  }
  if (!raw['anthropic-admin-key'] && !anyFederation) {
    problems.push(
      `anthropic-admin-key: got nothing; accepted: an Admin API key (Console → Settings → Admin keys), or for keyless access ${FEDERATION.join(', ')}; without either, headers-log`,
    )
    return undefined
  }
  if (raw['anthropic-admin-key']) {
    const key = values['anthropic-admin-key']
    return key ? { kind: 'admin-key', key } : undefined
  }
  for (const name of FEDERATION) {
    if (!raw[name])
      problems.push(`${name}: got nothing; accepted: a value, since keyless access needs ${FEDERATION.join(', ')}`)
  }
  const [federationRuleId, organizationId, serviceAccountId] = FEDERATION.map((name) => values[name])
  const audience = values['anthropic-oidc-audience']
  if (!federationRuleId || !organizationId || !serviceAccountId || !audience) return undefined
  return {
    kind: 'federation',
    federationRuleId,
    organizationId,
    serviceAccountId,
    workspaceId: values['anthropic-workspace-id'] ?? null,
    audience,
  }
}

function chooseWindow(values: Partial<Fields>, now: number, problems: string[]): Window | undefined {
  const { date, 'lookback-days': days } = values
  if (date === undefined || days === undefined) return undefined
  const today = dayOf(now)
  const lastDay = date === 'yesterday' ? today - DAY : date
  if (lastDay >= today) {
    problems.push(
      `date: got "${isoDay(lastDay)}"; accepted: a UTC day that has ended, ${isoDay(today - DAY)} or earlier`,
    )
    return undefined
  }
  const window = windowOf(lastDay, days, now)
  if (window.start < earliestDay(now)) {
    problems.push(
      `date: got "${isoDay(lastDay)}" with lookback-days ${days}, which begins on ${isoDay(window.start)}; accepted: a window that begins on ${isoDay(earliestDay(now))} or later, as far back as the usage API answers`,
    )
    return undefined
  }
  return window
}

function toInputs(values: Fields, source: Source, window: Window): Inputs {
  return {
    source,
    anthropicBaseUrl: values['anthropic-base-url'],
    window,
    peakWindow: values['peak-window'] === 'hour' ? 'hour' : 'minute',
    thresholds: { watch: values['watch-threshold'], alert: values.threshold },
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
      labels: values['pull-request-labels'],
      reviewers: values['pull-request-reviewers'],
      assignees: values['pull-request-assignees'],
    },
    githubToken: values['github-token'],
    failOn: values['fail-on'],
    dryRun: values['dry-run'],
  }
}
