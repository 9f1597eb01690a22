import { expect, test } from 'vitest'
import { group, usage, workspace, world } from '../emulator/world/world.ts'
import { startServices } from './harness.ts'

const withLimit = (output: number) =>
  world({
    groups: [group({ name: 'Opus', models: ['claude-opus-4-6'], limits: { output_tokens_per_minute: output } })],
    workspaces: [workspace({ name: 'production' })],
    usage: [usage({ at: '14:05', model: 'claude-opus-4-6', output: 450, workspace: 'production' })],
  })

test('a branch that is pushed is told as pushed where its pull request could not be opened, and the run fails', async () => {
  const services = await startServices(withLimit(1000))
  try {
    await services.run({ 'slack-webhook-url': '' })
    services.anthropic.world = withLimit(900)
    services.github.faults.push({ method: 'POST', path: /\/pulls$/, effect: { kind: 'status', status: 502 } })
    const run = await services.run({ 'snapshot-mode': 'pull-request' })
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({
      'snapshot-operation': 'updated',
      'commit-sha': await services.github.git('rev-parse', 'claude-rate-limit-audit'),
      'pull-request-operation': 'branch-only',
    })
    expect(run.report.failures).toMatchObject([{ resource: 'pull request', message: expect.stringContaining('502') }])
    expect(run.summary).not.toContain('could not be written')
    expect(run.summary).toContain('The branch is pushed, but no pull request could be opened.')
  } finally {
    await services.stop()
  }
})
