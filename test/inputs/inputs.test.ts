import { expect, test } from 'vitest'
import type { Deps } from '../../src/deps.ts'
import { readInputs } from '../../src/inputs/inputs.ts'
import type { InputName } from '../../src/inputs/names.ts'
import { createSecrets } from '../../src/transport/redaction.ts'

const NOW = Date.parse('2026-11-24T06:23:00Z')
const KEY = 'sk-ant-admin01-abcdefghijklmnop'

function asked(given: Partial<Record<InputName, string>>, masked: string[] = [], env: Deps['env'] = {}, now = NOW) {
  const core = { getInput: (name: string) => given[name as InputName] ?? '' } as Deps['core']
  return readInputs({ core, now: () => now, env }, createSecrets({ setSecret: (secret) => masked.push(secret) }))
}

function read(given: Partial<Record<InputName, string>>, masked: string[] = [], env: Deps['env'] = {}, now = NOW) {
  const inputs = asked(given, masked, env, now)
  if (inputs.mode === 'check') throw new Error('This is no audit.')
  return inputs
}

const withKey = (given: Partial<Record<InputName, string>>) => read({ 'anthropic-admin-key': KEY, ...given })

const message = (given: Partial<Record<InputName, string>>, now = NOW): string => {
  try {
    read(given, [], {}, now)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('The inputs were accepted.')
}

test('an admin key alone is enough, and everything else has its default', () => {
  const inputs = read({ 'anthropic-admin-key': KEY })
  expect(inputs).toMatchObject({
    source: { kind: 'admin-key', key: KEY },
    anthropicBaseUrl: 'https://api.anthropic.com',
    window: { start: Date.parse('2026-11-23T00:00:00Z'), end: Date.parse('2026-11-24T00:00:00Z'), days: 1 },
    thresholds: { watch: 0.5, alert: 0.75 },
    workspaces: 'all',
    notify: 'on-alert',
    snapshot: {
      path: '.github/claude-rate-limits.json',
      mode: 'commit',
      base: null,
      branch: 'claude-rate-limit-audit',
    },
    dryRun: false,
  })
  expect([...inputs.failOn]).toEqual([])
})

test('a pull request needs a branch other than base; a commit straight to base has none', () => {
  const given = { 'anthropic-admin-key': KEY, base: 'limits', branch: 'limits' }
  expect(message({ ...given, 'snapshot-mode': 'pull-request' })).toMatch(
    /branch: got "limits"; accepted: a branch other than base/,
  )
  for (const base of ['limits-next', 'limits-scratch-1a2b3c4d'])
    expect(message({ ...given, base, 'snapshot-mode': 'pull-request' })).toMatch(/branch: got "limits"/)
  expect(read({ ...given, 'snapshot-mode': 'commit' }).snapshot).toMatchObject({ base: 'limits', mode: 'commit' })
  expect(read({ ...given, branch: 'proposals', 'snapshot-mode': 'pull-request' }).snapshot.branch).toBe('proposals')
})

test('secrets are masked before anything is checked', () => {
  const masked: string[] = []
  expect(() =>
    read(
      { 'anthropic-admin-key': KEY, 'slack-webhook-url': 'https://hooks.slack.com/services/T/B/x', date: '?' },
      masked,
    ),
  ).toThrow()
  expect(masked).toEqual([KEY, 'https://hooks.slack.com/services/T/B/x'])
})

test.each<[InputName, string, RegExp]>([
  ['threshold', '80', /did you mean "80%"/],
  ['threshold', '0', /a percentage \(75%\) or a ratio \(0\.75\), above 0/],
  ['threshold', 'three quarters', /a percentage \(75%\) or a ratio/],
  ['watch-threshold', '90%', /a value below threshold \(75%\)/],
  ['date', '2026-11-24', /a UTC day that has ended, 2026-11-23 or earlier/],
  ['date', '2026-02-30', /YYYY-MM-DD/],
  ['date', '23.11.2026', /YYYY-MM-DD/],
  ['date', '2025-12-31', /2026-01-01 or later/],
  ['lookback-days', '32', /a whole number from 1 to 31/],
  ['lookback-days', '1.5', /a whole number from 1 to 31/],
  ['peak-window', 'second', /usage API has no buckets finer than a minute.*headers/],
  ['workspaces', 'all, production', /all \| none \| a list/],
  ['group-types', 'model_group, models', /a list of model_group, batch/],
  ['usage-api', 'new', /auto \| analytics \| legacy/],
  ['notify', 'sometimes', /on-alert \| on-change \| always \| never/],
  ['on-notify-failure', 'ignore', /fail \| warn/],
  ['runbook-url', 'http://wiki/runbook', /an https URL/],
  ['snapshot-path', '../limits.json', /inside the repository/],
  ['snapshot-path', '/etc/limits.json', /inside the repository/],
  ['snapshot-path', '.git/config', /inside the repository/],
  ['snapshot-path', '.github/workflows/ci.yml', /inside the repository/],
  ['snapshot-path', 'limits/', /inside the repository/],
  ['snapshot-path', 'sub/.git/hooks/post-checkout', /inside the repository/],
  ['snapshot-path', '.git./config', /inside the repository/],
  ['snapshot-path', '.GIT /config', /inside the repository/],
  ['snapshot-path', 'git~1/config', /inside the repository/],
  ['snapshot-path', '.git::$INDEX_ALLOCATION/config', /inside the repository/],
  ['snapshot-path', '.g\u200cit/config', /inside the repository/],
  ['snapshot-path', 'a/.. /x', /inside the repository/],
  ['gateway-path', '.github./Workflows/x.yml', /inside the repository/],
  ['policy-path', '.github/workfl~1/x.yml', /inside the repository/],
  ['snapshot-mode', 'push', /commit \| pull-request \| file \| none/],
  ['base', 'refs/heads/main', /a branch name/],
  ['branch', 'two words', /a branch name/],
  ['commit-message', 'one\ntwo', /one line of text/],
  ['pull-request-title', 'one\ntwo', /one line of at most 256 characters/],
  ['pull-request-title', 'x'.repeat(257), /one line of at most 256 characters/],
  ['fail-on', 'never, alert', /never, or a list of alert, watch, drift/],
  ['fail-on', 'error', /never, or a list of alert, watch, drift/],
  ['dry-run', 'yes', /true \| false/],
  ['anthropic-base-url', 'http://api.example.com', /https URL/],
  ['anthropic-oidc-audience', 'two words', /an audience without spaces/],
])('%s: %j is refused with what was given and what is accepted', (name, given, accepted) => {
  const text = message({ 'anthropic-admin-key': KEY, [name]: given })
  expect(text).toContain(`${name}: got ${JSON.stringify(given)}`)
  expect(text).toMatch(accepted)
})

test.each([
  '.github/claude-rate-limits.json',
  './limits.json',
  '.github/workflows-data.json',
  '.gitignore.d/x',
  'a/.github/workflows/x',
])('snapshot-path: %s is taken', (path) => {
  expect(withKey({ 'snapshot-path': path }).snapshot.path).toBe(path.replace('./limits', 'limits'))
})

test.each([
  ['anthropic-base-url', 'https://user:pass-of-user@api.example.com', 'https URL without credentials'],
  ['branch', KEY, 'a value without one'],
  ['commit-message', `chore: ${Buffer.from(KEY).toString('base64')}`, 'a value without one'],
])('%s: a value that holds a secret is refused and not shown', (name, given, accepted) => {
  const text = message({ 'anthropic-admin-key': KEY, [name]: given })
  expect(text).toContain(`${name}: got a value that is not shown because it holds a secret; accepted: `)
  expect(text).toContain(accepted)
  expect(text).not.toMatch(/pass-of-user|abcdefgh/)
})

test('the address of a workflow of Slack is explained, and an incoming webhook of Slack, GovCloud or Mattermost is taken', () => {
  const trigger = 'https://hooks.slack.com/triggers/T0EXAMPLE/123456/abcdefABCDEF0123456789'
  const text = message({ 'anthropic-admin-key': KEY, 'slack-webhook-url': trigger })
  expect(text).toContain('this address starts a workflow of Slack instead')
  expect(text).toContain('https://hooks.slack.com/services/…')
  expect(text).not.toContain('abcdefABCDEF')
  for (const url of [
    'https://hooks.slack.com/services/T0/B0/x1',
    'https://hooks.slack-gov.com/services/T0/B0/x1',
    'https://chat.example.com/hooks/x1y2z3',
  ])
    expect(withKey({ 'slack-webhook-url': url }).slackWebhookUrl).toBe(url)
})

test('an example address in an error is not taken for a secret', () => {
  const { redact } = createSecrets({ setSecret: () => {} })
  const text = message({ 'anthropic-admin-key': KEY, 'slack-webhook-url': 'http://hooks.example.com/x' })
  expect(redact(text)).toContain('https://hooks.slack.com/services/…')
})

test('a github-token that is no value of a header is refused, and not shown', () => {
  const text = message({ 'anthropic-admin-key': KEY, 'github-token': 'ghs_one\nghs_two' })
  expect(text).toMatch(
    /github-token: got a value that is not shown because it is a secret; accepted: a token as one word/,
  )
  expect(text).not.toContain('ghs_one')
})

test('a proxy that cannot be an address is named with the inputs, without its value', () => {
  const env = { HTTPS_PROXY: 'http://', no_proxy: 'http://ada:pass-of-ada@intern' }
  expect(() => read({ 'anthropic-admin-key': KEY, threshold: '80' }, [], env)).toThrow(
    /3 inputs are not valid[\s\S]*HTTPS_PROXY: got a value that is not shown[\s\S]*NO_PROXY: got a value that is not shown[\s\S]*threshold/,
  )
  expect(() => read({ 'anthropic-admin-key': KEY }, [], env)).not.toThrow(/pass-of-ada/)
})

test('every bad input is named in one message', () => {
  const text = message({
    'anthropic-admin-key': KEY,
    threshold: '80',
    date: 'tomorrow',
    'dry-run': 'si',
    notify: 'loudly',
  })
  expect(text).toMatch(/^4 inputs are not valid; nothing was read or sent\./)
  for (const name of ['threshold', 'date', 'dry-run', 'notify']) expect(text).toContain(`- ${name}: got`)
})

test('a bad secret is refused without being shown', () => {
  const text = message({
    'anthropic-admin-key': 'my password',
    'slack-webhook-url': 'http://hooks.slack.com/services/secret',
  })
  expect(text).toContain('anthropic-admin-key: got a value that is not shown')
  expect(text).toContain('slack-webhook-url: got a value that is not shown')
  expect(text).not.toMatch(/password|services\/secret/)
})

test('without a credential the message tells both ways to give one', () => {
  expect(message({})).toMatch(/anthropic-admin-key: got nothing.*anthropic-federation-rule-id/)
})

const FEDERATION = {
  'anthropic-federation-rule-id': 'fdrl_01abc',
  'anthropic-organization-id': 'a3c5e7f9-1b2d-4f60-8a9c-0d1e2f304152',
  'anthropic-service-account-id': 'svac_01abc',
} as const

test('federation inputs make keyless credentials, the workspace being optional', () => {
  expect(read(FEDERATION).source).toEqual({
    kind: 'federation',
    federationRuleId: 'fdrl_01abc',
    organizationId: 'a3c5e7f9-1b2d-4f60-8a9c-0d1e2f304152',
    serviceAccountId: 'svac_01abc',
    workspaceId: null,
    audience: 'https://api.anthropic.com',
  })
})

test('a key together with federation inputs is refused, and so is half a federation', () => {
  expect(message({ 'anthropic-admin-key': KEY, ...FEDERATION })).toMatch(/exactly one of the two ways/)
  const half = message({ 'anthropic-federation-rule-id': 'fdrl_01abc' })
  expect(half).toContain('anthropic-organization-id: got nothing')
  expect(half).toContain('anthropic-service-account-id: got nothing')
})

test.each([
  ['75%', 0.75],
  ['0.75', 0.75],
  ['57.5%', 0.575],
  ['33.3 %', 0.333],
  ['1', 1],
  ['120%', 1.2],
])('threshold %s is the ratio %d to the last bit', (text, ratio) => {
  expect(withKey({ threshold: text, 'watch-threshold': '1%' }).thresholds.alert).toBe(ratio)
})

test('lists are split at commas and new lines, without blanks and repetitions', () => {
  const inputs = withKey({
    models: 'claude-opus-4-5,\n claude-opus-4-6 \n\nclaude-opus-4-5',
    'fail-on': 'alert, drift',
  })
  expect(inputs.models).toEqual(['claude-opus-4-5', 'claude-opus-4-6'])
  expect([...inputs.failOn]).toEqual(['alert', 'drift'])
})

test('a lookback ends with the date, and the day before it is only asked for where the API still has it', () => {
  const { window } = withKey({ date: '2026-01-03', 'lookback-days': '3' })
  expect(window).toEqual({
    start: Date.parse('2026-01-01T00:00:00Z'),
    end: Date.parse('2026-01-04T00:00:00Z'),
    days: 3,
    earlier: null,
  })
})

const day = (text: string) => Date.parse(`${text}T00:00:00Z`)

test.each([
  ['what it holds, by default', {}, 'log-span'],
  [
    'the UTC day so far, to the whole minute',
    { date: 'today' },
    { start: day('2026-11-24'), end: Date.parse('2026-11-24T06:24:00Z'), days: 1, earlier: null },
  ],
  [
    'a day, compared with the day before it, however long ago',
    { date: '2024-02-29' },
    {
      ...{ start: day('2024-02-29'), end: day('2024-03-01'), days: 1 },
      earlier: { start: day('2024-02-28'), end: day('2024-02-29') },
    },
  ],
  [
    'days that end with yesterday, where several are asked for',
    { 'lookback-days': '3' },
    {
      ...{ start: day('2026-11-21'), end: day('2026-11-24'), days: 3 },
      earlier: { start: day('2026-11-20'), end: day('2026-11-23') },
    },
  ],
  [
    'days that are compared with those just before them',
    { 'lookback-days': '3', 'compare-with': 'window-before' },
    {
      ...{ start: day('2026-11-21'), end: day('2026-11-24'), days: 3 },
      earlier: { start: day('2026-11-18'), end: day('2026-11-21') },
    },
  ],
])('the window of a log is %s', (_, given, window) => {
  expect(read({ 'headers-log': 'logs/*.jsonl', ...given }).window).toEqual(window)
})

test.each([
  ['today', { start: day('2026-11-24'), end: Date.parse('2026-11-24T06:20:00Z'), days: 1 }],
  ['last-1h', { start: Date.parse('2026-11-24T05:20:00Z'), end: Date.parse('2026-11-24T06:20:00Z'), days: 1 }],
  ['last-48h', { start: Date.parse('2026-11-22T06:20:00Z'), end: Date.parse('2026-11-24T06:20:00Z'), days: 3 }],
])('%s is live: whole minutes up to now, compared with nothing', (date, window) => {
  const now = Date.parse('2026-11-24T06:20:59Z')
  expect(read({ 'anthropic-admin-key': KEY, date }, [], {}, now).window).toEqual({
    ...window,
    earlier: null,
    isLive: true,
  })
})

test('in the first minute of a UTC day there is no today yet', () => {
  const now = Date.parse('2026-11-24T00:00:59Z')
  expect(message({ 'anthropic-admin-key': KEY, date: 'today' }, now)).toMatch(
    /first minute of the UTC day; accepted: last-1h/,
  )
})

test('the last hours of a log are whole, up to the minute that has begun', () => {
  const now = Date.parse('2026-11-24T06:20:59Z')
  const window = { start: Date.parse('2026-11-24T03:21:00Z'), end: Date.parse('2026-11-24T06:21:00Z'), days: 1 }
  expect(read({ 'headers-log': 'x', date: 'last-3h' }, [], {}, now).window).toEqual({ ...window, earlier: null })
})

test('a day that has not ended is refused with the ways there are to look at it', () => {
  expect(message({ 'headers-log': 'x', date: '2026-11-25' })).toMatch(
    /date: got "2026-11-25"; accepted: today, the last hours, or/,
  )
  expect(message({ 'anthropic-admin-key': KEY, date: '2026-11-25' })).toMatch(
    /date: got "2026-11-25"; accepted: a UTC day that has ended, .*today, or last-1h to last-48h\..*headers-log/,
  )
})

test('a check needs no credential, takes the two paths, and still refuses what is not well-formed', () => {
  expect(asked({ mode: 'check', 'policy-path': 'limits.yml' })).toEqual({
    mode: 'check',
    policyPath: 'limits.yml',
    snapshotPath: '.github/claude-rate-limits.json',
  })
  expect(message({ mode: 'check', 'policy-path': '../limits.yml' })).toMatch(/policy-path: got "..\/limits.yml"/)
  expect(message({ mode: 'check', 'policy-path': 'a.json', 'snapshot-path': 'a.json' })).toContain('another path')
  expect(message({ mode: 'look' })).toContain('mode: got "look"; accepted: audit | drill | check')
})
