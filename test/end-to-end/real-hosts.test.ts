import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ADMIN_KEY } from '../emulator/anthropic/credentials.ts'
import { runAction } from '../runner/run-action.ts'

test('without any address given, the bundle asks api.anthropic.com, api.github.com and hooks.slack.com, and nothing else', async () => {
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
  const run = await runAction({
    inputs: {
      'anthropic-admin-key': ADMIN_KEY,
      'github-token': 'ghs_aTokenOfTheRunner',
      'slack-webhook-url': 'https://hooks.slack.com/services/T0/B0/real',
      notify: 'always',
      'snapshot-mode': 'none',
      date: day,
    },
    env: { GITHUB_REPOSITORY: 'acme/limits', AUDITED_DAY: day },
    nodeArguments: ['--import', fileURLToPath(new URL('real-hosts.ts', import.meta.url))],
  })
  expect(run.log).toContain('every service was asked')
  expect(run.code).toBe(0)
  expect(run.outputs).toMatchObject({ status: 'watch', 'highest-utilization': '0.6', 'slack-delivered': 'true' })
})
