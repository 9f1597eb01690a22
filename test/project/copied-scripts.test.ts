import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { formatGateway, gatewayOf } from '../../src/tell/files/gateway.ts'

/** The scripts of the workflows that users copy, run by the shell that GitHub runs them with, on what the audit writes. */

const hasShell = ['bash', 'jq'].every((tool) => spawnSync(tool, ['--version']).status === 0)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copied-'))
  // Stand-ins that write down how they were called, and what they were given.
  for (const tool of ['gh', 'curl']) {
    const path = join(folder, tool)
    writeFileSync(
      path,
      `#!/bin/bash\necho "$@" >> ${tool}.calls\ncase "$*" in *'--data @-'*) cat > ${tool}.input ;; esac\n`,
    )
    chmodSync(path, 0o755)
  }
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function run(workflow: string, step: string, env: Record<string, string> = {}) {
  type Step = { name?: string; run?: string }
  const jobs: Record<string, { steps: Step[] }> = parse(readFileSync(`docs/workflows/${workflow}`, 'utf8')).jobs
  const script = Object.values(jobs)
    .flatMap(({ steps }) => steps)
    .find(({ name }) => name === step)?.run
  expect(script, `${workflow}: ${step}`).toBeDefined()
  const result = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script ?? ''], {
    cwd: folder,
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}`, ...env },
    encoding: 'utf8',
  })
  expect(result.status, result.stderr).toBe(0)
}

const written = (file: string) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '')

const alerts = JSON.stringify([
  {
    group: { type: 'model_group', name: '$(touch hacked) `x` Claude Opus 4.x' },
    limiter: 'output_tokens_per_minute',
    limit: 400_000,
    peak_at: '2026-11-22T14:05:00Z',
    utilization: 0.8319,
  },
])

describe.skipIf(!hasShell)('The scripts to copy', () => {
  test('gateway-refresh.yml turns the gateway file into limits model by model', () => {
    const limits = { requests_per_minute: 4_000, output_tokens_per_minute: 400_000 }
    const groups = [
      { type: 'model_group', name: 'Claude Opus 4.x', models: ['claude-opus-4-5', 'claude-opus-4-6'], limits },
      { type: 'batch', name: 'batch', models: [], limits: { enqueued_batch_requests: 200_000 } },
    ]
    writeFileSync(join(folder, 'gateway.json'), formatGateway(gatewayOf({ groups, workspaces: [] }, [])))
    run('gateway-refresh.yml', 'Model by model')
    expect(JSON.parse(written('limits.json'))).toEqual({ 'claude-opus-4-5': limits, 'claude-opus-4-6': limits })
  })

  test('next-step.yml opens an issue that names each alert, and runs nothing that a name says', () => {
    run('next-step.yml', 'Open an issue, unless one is open', {
      ALERTS: alerts,
      COUNT: '1',
      RUN: 'https://example.com/1',
    })
    expect(written('gh.calls')).toContain('issue create --title Claude rate limits: over the alert line')
    expect(written('issue.md')).toBe(
      'Limits over the alert line: 1. The run: https://example.com/1\n\n' +
        "- `$(touch hacked) 'x' Claude Opus 4.x` · `output_tokens_per_minute`: 83 % of 400000, at 2026-11-22T14:05:00Z\n",
    )
    expect(existsSync(join(folder, 'hacked'))).toBe(false)
  })

  test('next-step.yml tells refused requests from use, which they have no figure of', () => {
    const refused = { requests: 500, first: '2026-11-22T14:05:00Z' }
    const row = { group: { name: 'claude-opus-4-6' }, limiter: 'refused', utilization: null, limit: null, refused }
    run('next-step.yml', 'Open an issue, unless one is open', { ALERTS: JSON.stringify([row]), COUNT: '1', RUN: 'x' })
    expect(written('issue.md')).toContain('500 requests refused, from 2026-11-22T14:05:00Z on')
    run('next-step.yml', 'Page', { ROUTING_KEY: 'key', HIGHEST: '', DAY: '2026-11-22T00:00:00Z' })
    expect(JSON.parse(written('curl.input')).payload.summary).toBe('Claude requests were refused')
  })

  test('next-step.yml pages with one key a day, so that a second run makes no second incident', () => {
    run('next-step.yml', 'Page', { ROUTING_KEY: 'key', HIGHEST: '0.93', DAY: '2026-11-22T00:00:00Z' })
    expect(JSON.parse(written('curl.input'))).toMatchObject({
      routing_key: 'key',
      event_action: 'trigger',
      dedup_key: 'claude-rate-limits-2026-11-22T00:00:00Z',
      payload: { summary: 'A Claude rate limit was used to 93 %', severity: 'critical' },
    })
  })

  const MESSAGE = '**🔴 1 limit**\n\n- `$(touch hacked)` "quoted" \\<b\\>\n'
  const withMessage = () => {
    writeFileSync(join(folder, 'message.md'), MESSAGE)
    return { WEBHOOK: 'https://example.com/hook', MESSAGE: 'message.md' }
  }

  test('other-channels.yml posts the message to Teams as a card', () => {
    run('other-channels.yml', 'Teams', withMessage())
    const [attachment] = JSON.parse(written('curl.input')).attachments
    expect(attachment.contentType).toBe('application/vnd.microsoft.card.adaptive')
    expect(attachment.content.body).toEqual([{ type: 'TextBlock', text: MESSAGE, wrap: true }])
    expect(written('curl.calls')).toContain('https://example.com/hook')
  })

  test('other-channels.yml posts the message to Discord, where it mentions nobody', () => {
    run('other-channels.yml', 'Discord', withMessage())
    expect(JSON.parse(written('curl.input'))).toEqual({
      embeds: [{ description: MESSAGE }],
      allowed_mentions: { parse: [] },
    })
  })

  test('other-channels.yml mails the message', () => {
    run('other-channels.yml', 'E-mail', {
      ...withMessage(),
      SMTP_URL: 'smtps://mail.example.com',
      SMTP_USER: 'me:password',
      FROM: 'a@example.com',
      TO: 'b@example.com',
    })
    expect(written('mail.txt')).toMatch(/^From: a@example\.com\r\nTo: b@example\.com\r\n/)
    expect(written('mail.txt').endsWith(`8bit\r\n\r\n${MESSAGE}`)).toBe(true)
    expect(written('curl.calls')).toContain('--mail-rcpt b@example.com --upload-file mail.txt smtps://mail.example.com')
    expect(existsSync(join(folder, 'hacked'))).toBe(false)
  })

  test('other-channels.yml replaces what Prometheus was given the day before', () => {
    run('other-channels.yml', 'Prometheus', { METRICS: 'metrics.txt', PUSHGATEWAY_URL: 'http://127.0.0.1:9091' })
    expect(written('curl.calls')).toContain(
      '--request PUT --data-binary @metrics.txt http://127.0.0.1:9091/metrics/job/claude_rate_limits',
    )
  })
})
