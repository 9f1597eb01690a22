import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { levels, line } from '../collect/headers-log/lines.ts'
import { world } from '../emulator/world/world.ts'
import { startServices } from './harness.ts'

test('a log calls no limit idle: it shows the moments of some responses only', async () => {
  const services = await startServices(world({ groups: [] }))
  const folder = await mkdtemp(join(tmpdir(), 'headers-'))
  try {
    const headers = levels({ requests: [1000, 999] })
    await writeFile(join(folder, 'log.jsonl'), `${line({ timestamp: '2026-11-22T09:00:00Z', headers })}\n`)
    const { report, summary } = await services.run({
      'anthropic-admin-key': '',
      'headers-log': join(folder, '*.jsonl'),
      'snapshot-path': '.github/claude-rate-limits-seen.json',
      'peak-window': 'second',
    })
    expect(report.verdicts).toMatchObject([{ peak: 1, utilization: 0.001 }])
    expect(report.planning?.over_provisioned).toEqual([])
    expect(summary).not.toContain('used less than')
  } finally {
    await services.stop()
    await rm(folder, { recursive: true })
  }
})
