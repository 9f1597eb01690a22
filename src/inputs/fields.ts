import type * as z from 'zod'
import { COMPARE_WITH, type LiveSpan, parseDay } from '../vocabulary/use/window.ts'
import {
  branchName,
  grammar,
  httpsUrl,
  identifier,
  itemList,
  itemsOf,
  oneOf,
  optional,
  repositoryPath,
  threshold,
  uuid,
} from './grammar.ts'
import type { InputName } from './names.ts'
import { whatIfLines } from './what-if-lines.ts'

const GROUP_TYPES = ['model_group', 'batch', 'token_count', 'files', 'skills', 'web_search'] as const

const failOn = grammar('never, or a list of alert, watch, drift', (text) => {
  const items = itemsOf(text)
  if (items.length === 1 && items[0] === 'never') return new Set<never>()
  const known = (['alert', 'watch', 'drift'] as const).filter((item) => items.includes(item))
  return items.length > 0 && known.length === items.length ? new Set(known) : undefined
})

const LONGEST_LIVE = 48

/** `today`, `last-1h` to `last-48h`; undefined: it is no live window. */
function liveSpan(text: string): LiveSpan | undefined {
  const hours = Number(/^last-(\d{1,2})h$/.exec(text)?.[1] ?? 0)
  if (text === 'today') return 'today'
  return hours >= 1 && hours <= LONGEST_LIVE ? { hours } : undefined
}

/** GitHub takes no longer title. */
const LONGEST_TITLE = 256

const WORKFLOW_TRIGGER =
  'an incoming webhook, https://hooks.slack.com/services/…; this address starts a workflow of Slack instead, which takes no message that this action writes: add an incoming webhook to the channel'

/** The grammar of every input. */
export const fields = {
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
  mode: oneOf('audit', 'drill', 'check'),
  date: grammar(
    'yesterday, or a day as YYYY-MM-DD (UTC); live: today, or last-1h to last-48h',
    (text): 'yesterday' | LiveSpan | number | undefined =>
      text === 'yesterday' ? text : (liveSpan(text) ?? parseDay(text)),
  ),
  'lookback-days': grammar('a whole number from 1 to 31', (text) =>
    /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= 31 ? Number(text) : undefined,
  ),
  'compare-with': oneOf(...COMPARE_WITH),
  'peak-window': oneOf('minute', 'hour', 'second'),
  threshold,
  'watch-threshold': threshold,
  issues: oneOf('none', 'alert'),
  'what-if': whatIfLines,
  'policy-path': repositoryPath,
  workspaces: grammar('all | none | a list of workspace IDs or names', (text) => {
    if (text === 'all' || text === 'none') return text
    const items = itemsOf(text)
    return items.length > 0 && !items.includes('all') && !items.includes('none') ? items : undefined
  }),
  models: itemList,
  'group-types': grammar(`a list of ${GROUP_TYPES.join(', ')}`, (text) => {
    const items = itemsOf(text)
    return items.every((item) => (GROUP_TYPES as readonly string[]).includes(item)) ? items : undefined
  }),
  'usage-api': oneOf('auto', 'analytics', 'legacy'),
  'slack-webhook-url': optional(
    httpsUrl('an incoming webhook, https://hooks.slack.com/services/…, or that of a Mattermost server', {
      loopback: true,
    }).refine((url) => !/^\/(triggers|workflows)\//.test(new URL(url).pathname), WORKFLOW_TRIGGER),
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
  'pull-request-title': optional(
    grammar(`one line of at most ${LONGEST_TITLE} characters`, (text) =>
      /[\r\n]/.test(text) || text.length > LONGEST_TITLE ? undefined : text,
    ),
  ),
  'pull-request-labels': itemList,
  'pull-request-reviewers': itemList,
  'pull-request-assignees': itemList,
  // Anything else is no value of a header, and would fail at the first request.
  'github-token': grammar('a token as one word', (text) => (/^[\x21-\x7e]*$/.test(text) ? text : undefined)),
  'fail-on': failOn,
  'dry-run': grammar('true | false', (text) => ({ true: true, false: false })[text.toLowerCase() as 'true' | 'false']),
} satisfies Record<InputName, z.ZodType<unknown, string>>

/** Every input, read. */
export type Fields = { [Name in InputName]: z.output<(typeof fields)[Name]> }
