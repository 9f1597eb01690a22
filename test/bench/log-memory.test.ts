import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeLog } from '../../bench/headers-log.ts'
import { collectLog } from '../../src/collect/headers-log/collect-log.ts'
import type { LogInputs } from '../../src/inputs/inputs.ts'
import type { Run } from '../../src/run.ts'
import { levels, line } from '../collect/headers-log/lines.ts'

/** What `npm run bench:log` measures with 1 GB, in small: what is kept of a log goes by its models and minutes, not by its lines. */

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-memory-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function collect(pattern: string) {
  const lines: string[] = []
  const run = {
    deps: { env: { GITHUB_WORKSPACE: folder }, now: () => Date.parse('2026-11-23T06:00:00Z'), saveMemory: () => {} },
    log: { info: (text: string) => lines.push(text), group: (_: string, work: () => Promise<unknown>) => work() },
    inputs: { source: { kind: 'headers-log', pattern }, window: 'log-span' } as LogInputs,
  } as unknown as Run<LogInputs>
  const before = process.memoryUsage().rss
  const read = await collectLog(run)
  return { ...read, lines, grown: (process.memoryUsage().rss - before) / 1e6 }
}

describe('a log as the benchmark writes it', () => {
  test.each(['log.jsonl', 'log.jsonl.gz'])('is understood to its last line: %s', async (name) => {
    await writeLog(join(folder, name), 2_000_000)
    const { tally, reading } = await collect(name)
    expect(tally).toMatchObject({ notUnderstood: 0, unusable: 0, withoutLimits: 0 })
    expect(tally.inWindow).toBe(tally.lines)
    expect(reading.limiters).toHaveLength(48)
    expect(reading.refusals.length).toBeGreaterThan(0)
  })
})

test('a line of 600 MB is one line not understood, and is never held', async () => {
  const path = join(folder, 'long.jsonl')
  const response = line({ headers: levels({ requests: [10, 9] }) })
  await writeFile(path, `${response}\n`)
  await truncate(path, 600_000_000)
  await appendFile(path, `\n${response}\n`)
  const { tally, lines, grown } = await collect('long.jsonl')
  expect(tally).toMatchObject({ lines: 3, responses: 2, notUnderstood: 1 })
  expect(tally.firstProblem).toBe('long.jsonl line 2: longer than 1,048,576 bytes')
  expect(lines.length).toBeGreaterThan(1)
  expect(grown).toBeLessThan(200)
})
