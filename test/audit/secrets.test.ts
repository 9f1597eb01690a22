import { afterEach, beforeEach, expect, test } from 'vitest'
import { ADMIN_KEY } from '../emulator/anthropic/server.ts'
import { group, usage, workspace, world } from '../emulator/world/world.ts'
import { expectNoSecret } from './faults.ts'
import { type Services, startServices } from './harness.ts'
import { spellings } from './spellings.ts'

/** Secrets that come from odd places, or want to go to odd places. */

const named = (name: string) =>
  world({
    groups: [group({ name: 'Opus', models: ['claude-opus-4-6'], limits: { output_tokens_per_minute: 1000 } })],
    workspaces: [workspace({ name, overrides: { Opus: { output_tokens_per_minute: 500 } } })],
    usage: [usage({ at: '14:05', model: 'claude-opus-4-6', output: 450, workspace: name })],
  })

let services: Services
beforeEach(async () => {
  services = await startServices(named('production'))
})
afterEach(() => services.stop())
const refs = () => services.github.git('for-each-ref', 'refs/heads')

test.each([
  ['commit', {}],
  ['pull-request', { 'gateway-path': 'gateway.json' }],
] as const)(
  'a workspace that is named like the key is committed nowhere, in mode %s, and the error says where it is',
  async (mode, inputs) => {
    services.anthropic.world = named(`our ${ADMIN_KEY}`)
    const before = await refs()
    const run = await services.run({ 'snapshot-mode': mode, ...inputs })
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ status: 'alert', 'snapshot-operation': 'skipped', 'slack-delivered': 'true' })
    expect(run.report.failures).toMatchObject([
      {
        resource: 'snapshot',
        message: expect.stringMatching(/^Line \d+ of \S+json .*nothing was committed.*rename it/),
      },
    ])
    expect(await refs()).toBe(before)
    expectNoSecret(run, services)
  },
)

test('a name in the committed snapshot that has become a secret is not repeated in the message of its commit', async () => {
  const key = 'sk-ant-api03-a-key-that-was-a-name'
  const snapshot = {
    version: 1,
    organization: [],
    workspaces: [{ id: 'wrkspc_1', name: key, overrides: [{ group_type: 'batch', name: 'Opus', limits: { x: 1 } }] }],
  }
  await services.github.seed({ '.github/claude-rate-limits.json': JSON.stringify(snapshot) })
  services.github.requests.length = 0
  const run = await services.run()
  expect(run.outputs['snapshot-operation']).toBe('updated')
  expect(await services.github.git('log', '-1', '--format=%B', 'main')).not.toContain(key)
  expectNoSecret(run, services, [key])
})

const JWT = `eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.${'eyJpc3M'.padEnd(220, 'Qx7')}.${'sIg'.padEnd(340, 'Zk4')}`

test.each([
  ['the token of an App, as GitHub writes it now', { 'github-token': `ghs_1234567_${JWT}` }, {}, `ghs_1234567_${JWT}`],
  [
    'the password of a proxy',
    {},
    { HTTPS_PROXY: 'http://ada:Tr0ub4dor%263-and-more@127.0.0.1:9' },
    'Tr0ub4dor&3-and-more',
  ],
  ['the token of the runner', {}, { ACTIONS_RUNTIME_TOKEN: 'rt-0123456789-abcdefghij' }, 'rt-0123456789-abcdefghij'],
  ['a token that nobody knows', {}, {}, JWT],
])('%s, echoed by a gateway in any spelling, also half of it, reaches no reader', async (_, inputs, env, secret) => {
  const known = secret === JWT ? [JWT, `Bearer ${JWT}`, JWT.slice(0, 300)] : spellings(secret)
  for (const padding of [0, 150, 290, 390]) {
    const said = `${'.'.repeat(padding)} you sent ${known.join(' and ')}`
    services.github.faults.splice(0, 1, {
      effect: { kind: 'status', status: 401, body: JSON.stringify({ message: said }) },
    })
    services.slack.faults.splice(0, 1, { effect: { kind: 'status', status: 403, body: said } })
    const run = await services.run(inputs, { env })
    expect(run.code).toBe(1)
    expect(run.log).toContain('GitHub refused')
    expectNoSecret(run, services, [secret])
  }
})
