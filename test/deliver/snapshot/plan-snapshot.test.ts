import { expect, test } from 'vitest'
import { planSnapshot } from '../../../src/deliver/snapshot/plan-snapshot.ts'
import { formatSnapshot, type Snapshot } from '../../../src/vocabulary/limits/snapshot.ts'
import { EXAMPLES, LINKS } from '../../tell/examples.ts'
import { PATH } from './support.ts'

const GATEWAY = '.github/claude-gateway.json'
const holding = (requests: number): Snapshot => ({
  groups: [
    {
      type: 'model_group',
      name: 'Claude Opus 4.x',
      models: ['claude-opus-4-6'],
      limits: { requests_per_minute: requests },
    },
  ],
  workspaces: [],
})
const planFor = (after: Snapshot, gatewayPath: string | null = null, title: string | null = null) =>
  planSnapshot(
    EXAMPLES['quiet-day'].report,
    { snapshotBeside: () => after, workspaces: [] },
    { path: PATH, gatewayPath, headline: 'chore: limits', title, links: LINKS },
  )

test('a plan is files, message and pull request in one value, and the same for the same files', () => {
  const plan = planFor(holding(900))
  const there = { [PATH]: formatSnapshot(holding(1_000)) }
  const proposal = plan(there)
  expect(proposal).toEqual({
    files: [{ path: PATH, text: formatSnapshot(holding(900)) }],
    message: { headline: 'chore: limits: 1 cut', body: expect.stringContaining('1,000 → 900') },
    pullRequest: {
      title: 'Claude rate limits: Claude Opus 4.x, requests/min: 1,000 → 900 (−10 %)',
      body: expect.stringContaining('1,000'),
    },
  })
  const fixed = planFor(holding(900), null, 'build: Claude rate limits')(there)
  expect(fixed).toEqual({
    ...proposal,
    pullRequest: { ...proposal?.pullRequest, title: 'build: Claude rate limits' },
  })
  // Asked about something else in between, it says no other thing.
  plan({})
  plan({ [PATH]: formatSnapshot(holding(700)) })
  expect(plan(there)).toEqual(proposal)
})

test('each try is described by what the branch holds at that try', () => {
  const plan = planFor(holding(900))
  expect(plan({ [PATH]: null })?.message.body).toBe('The first snapshot: the limits as they are today.')
  expect(plan({ [PATH]: formatSnapshot(holding(600)) })?.message.body).toContain('600 → 900')
  expect(plan({ [PATH]: formatSnapshot(holding(900)) })).toBeNull()
})

test('the gateway file alone is proposed as that, and no limit with it', () => {
  const plan = planFor(holding(900), GATEWAY)
  const proposal = plan({ [PATH]: formatSnapshot(holding(900)), [GATEWAY]: null })
  expect(proposal?.files.map(({ path }) => path)).toEqual([GATEWAY])
  expect(proposal?.message.body).toBe('The gateway file is brought up to date; no limit has changed.')
  expect(proposal?.pullRequest.title).toBe('Claude rate limits: the gateway file, same limits')
})

test('what is no snapshot is never written over', () => {
  expect(() => planFor(holding(900))({ [PATH]: '{"version": 99}' })).toThrow(/has version 99/)
})
