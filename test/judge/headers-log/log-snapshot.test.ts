import { describe, expect, test } from 'vitest'
import type { LimiterReading } from '../../../src/collect/headers-log/window-reading.ts'
import { groupsOf, snapshotOfLog } from '../../../src/judge/headers-log/log-snapshot.ts'
import { findDrift } from '../../../src/judge/limits/find-drift.ts'
import { formatSnapshot, parseSnapshot } from '../../../src/vocabulary/limits/snapshot.ts'

const reading = (model: string, limiter: string, limit: number, workspaceId: string | null = null): LimiterReading => ({
  workspaceId,
  model,
  limiter,
  latest: limit,
  limits: [],
  use: null,
})
const OPUS = reading('claude-opus-4-6', 'requests_per_minute', 4000)

describe('the snapshot of a log', () => {
  test('has a group for each model: equal limits are no proof of a shared one', () => {
    const sonnet = reading('claude-sonnet-4-6', 'requests_per_minute', 4000)
    expect(groupsOf([sonnet, OPUS]).map(({ name, models, limits }) => ({ name, models, limits }))).toEqual([
      { name: 'claude-opus-4-6', models: ['claude-opus-4-6'], limits: { requests_per_minute: 4000 } },
      { name: 'claude-sonnet-4-6', models: ['claude-sonnet-4-6'], limits: { requests_per_minute: 4000 } },
    ])
  })

  test('leaves out the combined token limit, which moves without a limit moving', () => {
    const snapshot = snapshotOfLog([OPUS, reading('claude-opus-4-6', 'tokens_per_minute', 480_000)], null)
    expect(snapshot.groups[0]?.limits).toEqual({ requests_per_minute: 4000 })
  })

  test('shows a moved limit as one drift', () => {
    const before = snapshotOfLog([OPUS], null)
    expect(findDrift(before, snapshotOfLog([{ ...OPUS, latest: 2000 }], before))).toMatchObject([
      { class: 'cut', limiter: 'requests_per_minute', before: 4000, after: 2000 },
    ])
  })

  test('keeps what a quiet day does not show: models, limiters and workspaces', () => {
    const before = snapshotOfLog(
      [
        OPUS,
        reading('claude-haiku-4-5', 'requests_per_minute', 9),
        reading('claude-opus-4-6', 'output_tokens_per_minute', 8),
        reading('m', 'requests_per_minute', 7, 'wrkspc_01'),
      ],
      null,
    )
    const after = snapshotOfLog([OPUS], before)
    expect(findDrift(before, after)).toEqual([])
    expect(formatSnapshot(after)).toBe(formatSnapshot(before))
  })

  test('keeps the name a workspace was given by hand', () => {
    const before = parseSnapshot(
      formatSnapshot(snapshotOfLog([{ ...OPUS, workspaceId: 'wrkspc_01' }], null)).replace(
        '"name": "wrkspc_01"',
        '"name": "production"',
      ),
      'x.json',
    )
    expect(snapshotOfLog([{ ...OPUS, workspaceId: 'wrkspc_01' }], before).workspaces[0]?.name).toBe('production')
  })

  test('is a snapshot that can be read again', () => {
    const text = formatSnapshot(snapshotOfLog([OPUS, { ...OPUS, workspaceId: 'wrkspc_01' }], null))
    expect(formatSnapshot(parseSnapshot(text, 'x.json'))).toBe(text)
  })
})
