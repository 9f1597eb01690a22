import fc from 'fast-check'
import { expect, test } from 'vitest'
import { organizationGroups, workspaceOverrides } from '../../../src/collect/limits/entries.ts'
import type { ApiLimitEntry } from '../../../src/collect/limits/rate-limits.ts'
import {
  formatSnapshot,
  listsAllWorkspaces,
  parseSnapshot,
  saysTheSame,
  snapshotOf,
} from '../../../src/vocabulary/limits/snapshot.ts'

const OPUS: ApiLimitEntry = {
  entryId: 'rl_opus',
  groupId: 'rlg_opus',
  groupType: 'model_group',
  displayName: 'Claude Opus 4.x',
  models: ['claude-opus-4-6', 'claude-opus-4-5'],
  limits: [
    { type: 'requests_per_minute', value: 4_000 },
    { type: 'output_tokens_per_minute', value: 400_000 },
    { type: 'input_tokens_per_minute_cache_aware', value: 2_000_000 },
  ],
}
const BATCH: ApiLimitEntry = {
  ...OPUS,
  entryId: 'rl_batch',
  groupId: 'rlg_batch',
  groupType: 'batch',
  displayName: null,
  models: null,
  limits: [{ type: 'enqueued_batch_requests', value: 500_000 }],
}
const ENTRIES = [OPUS, BATCH]
const WORKSPACES = [
  {
    id: 'wrkspc_2',
    name: 'production',
    entries: [{ ...OPUS, limits: [{ type: 'requests_per_minute', value: 1_000 }] }],
  },
  { id: 'wrkspc_1', name: 'zebra', entries: [{ ...OPUS, limits: [{ type: 'requests_per_minute', value: 10 }] }] },
  { id: 'wrkspc_3', name: 'inherits everything', entries: [] },
]

function snapshot(entries: readonly ApiLimitEntry[], workspaces = WORKSPACES): string {
  const groups = organizationGroups(entries)
  return formatSnapshot(
    snapshotOf(
      groups,
      workspaces.map(({ id, name, entries: own }) => ({
        workspace: { id, name, archived: false },
        overrides: workspaceOverrides(own, groups),
      })),
    ),
  )
}

test('the file is as the contract shows it: one limit a line, sorted, and nothing else', () => {
  expect(snapshot(ENTRIES)).toBe(`{
  "version": 1,
  "organization": [
    {
      "group_type": "batch",
      "name": "batch",
      "limits": {
        "enqueued_batch_requests": 500000
      }
    },
    {
      "group_type": "model_group",
      "name": "Claude Opus 4.x",
      "models": [
        "claude-opus-4-5",
        "claude-opus-4-6"
      ],
      "limits": {
        "input_tokens_per_minute_cache_aware": 2000000,
        "output_tokens_per_minute": 400000,
        "requests_per_minute": 4000
      }
    }
  ],
  "workspaces": [
    {
      "id": "wrkspc_1",
      "name": "zebra",
      "overrides": [
        {
          "group_type": "model_group",
          "name": "Claude Opus 4.x",
          "limits": {
            "requests_per_minute": 10
          }
        }
      ]
    },
    {
      "id": "wrkspc_2",
      "name": "production",
      "overrides": [
        {
          "group_type": "model_group",
          "name": "Claude Opus 4.x",
          "limits": {
            "requests_per_minute": 1000
          }
        }
      ]
    },
    {
      "id": "wrkspc_3",
      "name": "inherits everything",
      "overrides": []
    }
  ]
}
`)
})

test('the order of the reply makes no difference to the bytes', () => {
  const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length })
  fc.assert(
    fc.property(
      shuffled(ENTRIES),
      shuffled(WORKSPACES),
      shuffled(OPUS.limits),
      shuffled(OPUS.models!),
      (entries, workspaces, limits, models) => {
        const reordered = entries.map((entry) => (entry === OPUS ? { ...OPUS, limits, models } : entry))
        expect(snapshot(reordered, workspaces)).toBe(snapshot(ENTRIES))
      },
    ),
  )
})

test('what is written reads back as the same snapshot', () => {
  const text = snapshot(ENTRIES)
  expect(formatSnapshot(parseSnapshot(text, 'limits.json'))).toBe(text)
})

test.each([
  ['claude-opus-4', ['claude-opus-4-5', 'claude-opus-4-6']],
  ['claude-opus-4-5', ['claude-opus-4-5', 'claude-opus-4-5-20251101']],
  ['claude-haiku-4-5', ['claude-haiku-4-5']],
  ['alpha, beta', ['beta', 'alpha']],
])('a model group without a display name is called %s after its models', (name, models) => {
  const [group] = organizationGroups([{ ...OPUS, displayName: null, models }])
  expect(group?.name).toBe(name)
})

test('two groups of one display name are told apart', () => {
  const other = { ...OPUS, entryId: 'rl_other', models: ['claude-opus-4-7'] }
  expect(organizationGroups([OPUS, other]).map(({ name }) => name)).toEqual([
    'Claude Opus 4.x (claude-opus-4-5)',
    'Claude Opus 4.x (claude-opus-4-7)',
  ])
})

test('workspaces that a run did not read keep what the committed snapshot says of them', () => {
  const committed = parseSnapshot(snapshot(ENTRIES), 'limits.json')
  const groups = organizationGroups(ENTRIES)
  const next = snapshotOf(groups, [], { committed, isRead: (id) => id === 'wrkspc_2' })
  expect(next.workspaces.map(({ id }) => id)).toEqual(['wrkspc_1', 'wrkspc_3'])
})

test('a snapshot says the same whatever the form of its file, and where an earlier version left out who inherits everything', () => {
  const text = snapshot(ENTRIES)
  const now = parseSnapshot(text, 'limits.json')
  expect(saysTheSame(parseSnapshot(JSON.stringify(JSON.parse(text)), 'limits.json'), now)).toBe(true)
  const older = { ...now, workspaces: now.workspaces.filter(({ overrides }) => overrides.length > 0) }
  expect([listsAllWorkspaces(now), listsAllWorkspaces(older)]).toEqual([true, false])
  expect([saysTheSame(older, now), saysTheSame(now, older)]).toEqual([true, false])
  expect(saysTheSame({ ...older, workspaces: older.workspaces.slice(1) }, now)).toBe(false)
})

test.each([
  ['{"version": 1,', /is not JSON/],
  ['<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> other', /merge-conflict markers/],
  ['{"version": 2, "organization": []}', /has version 2, and this release of the action reads version 1/],
  ['{"version": 1}', /is not valid: organization/],
  ['[]', /is not valid/],
  ['null', /is not valid/],
  ['{"version": 1, "organization": [], "workspaces": [], "owner": "me"}', /is not valid.*owner/],
])('%j is refused, and the message says that the file stays', (text, problem) => {
  const read = () => parseSnapshot(text, '.github/claude-rate-limits.json')
  expect(read).toThrow(problem)
  try {
    read()
  } catch (error) {
    expect((error as { remedy: string }).remedy).toMatch(/left as it is/)
  }
})
