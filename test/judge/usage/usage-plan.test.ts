import { expect, test } from 'vitest'
import { judgedLimiters } from '../../../src/judge/limits/effective.ts'
import { createMeters } from '../../../src/judge/usage/meters.ts'
import { busyPages, planUsage } from '../../../src/judge/usage/usage-plan.ts'
import type { Snapshot } from '../../../src/vocabulary/snapshot.ts'
import { windowOf } from '../../../src/vocabulary/window.ts'

const opus = {
  type: 'model_group',
  name: 'Opus',
  models: ['opus-1', 'opus-2'],
  limits: { output_tokens_per_minute: 800_000, requests_per_minute: 4_000 },
}
const haiku = { type: 'model_group', name: 'Haiku', models: ['haiku'], limits: { requests_per_minute: 4_000 } }
const webSearch = { type: 'web_search', name: 'web_search', models: [], limits: { tool_uses_per_second: 30 } }

const window = windowOf(Date.UTC(2026, 10, 22), 1, 'day-before')
const workspace = (id: string, ...overrides: Snapshot['workspaces'][number]['overrides']) => ({
  id,
  name: id,
  overrides,
})

function planOf(...workspaces: Snapshot['workspaces']) {
  const groups = [opus, haiku, webSearch]
  return planUsage(createMeters({ limiters: judgedLimiters({ groups, workspaces }), groups }, null, window))
}

test('without overrides one query is enough, by what the counting rules need and nothing else', () => {
  expect(planOf()).toEqual({
    organization: {
      start: Date.UTC(2026, 10, 21),
      end: Date.UTC(2026, 10, 23),
      width: '1m',
      groupBy: ['model', 'service_tier', 'speed', 'product'],
    },
    workspaces: null,
  })
})

test('workspaces are asked for only where they have limits of their own, and only the models of those limits', () => {
  const limits = { requests_per_minute: 10 }
  expect(
    planOf(workspace('b', { ...opus, limits }), workspace('idle'), workspace('a', { ...opus, limits })).workspaces,
  ).toMatchObject({ workspaceIds: ['a', 'b'], models: ['opus-1', 'opus-2'] })
})

test('an override that counts whatever the model asks for every model', () => {
  const { workspaces } = planOf(workspace('a', { ...webSearch, limits: { tool_uses_per_second: 1 } }))
  expect(workspaces).not.toHaveProperty('models')
})

test('the estimate is a row for each model and minute, and for each workspace with overrides its models', () => {
  // 2 days of 1,440 minutes × 3 models = 8,640 rows; × 2 workspaces × 2 models = 11,520 rows.
  const limits = { requests_per_minute: 10 }
  expect(busyPages(planOf(), 3)).toBe(9)
  expect(busyPages(planOf(workspace('a', { ...opus, limits }), workspace('b', { ...opus, limits })), 3)).toBe(9 + 12)
})
