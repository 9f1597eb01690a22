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
  mode: 'audit',
  date: 'yesterday',
  'lookback-days': '1',
  'compare-with': 'day-before',
  'peak-window': 'minute',
  threshold: '75%',
  'watch-threshold': '50%',
  issues: 'none',
  'what-if': '',
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
  'pull-request-title': '',
  'pull-request-labels': '',
  'pull-request-reviewers': '',
  'pull-request-assignees': '',
  'github-token': '',
  'fail-on': 'never',
  'dry-run': 'false',
} as const satisfies Record<string, string>

export type InputName = keyof typeof INPUTS

/** Values that must never be shown, not even in the error that rejects them. */
export const SECRET_INPUTS: ReadonlySet<InputName> = new Set([
  'anthropic-admin-key',
  'slack-webhook-url',
  'github-token',
])

/** A value as an error may show it. */
export function asGiven(name: InputName, text: string): string {
  return SECRET_INPUTS.has(name) ? 'a value that is not shown because it is a secret' : JSON.stringify(text)
}
