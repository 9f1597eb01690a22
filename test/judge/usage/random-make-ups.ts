import fc from 'fast-check'
import type { RateLimitGroup } from '../../../src/vocabulary/limits/groups.ts'
import type { Snapshot } from '../../../src/vocabulary/limits/snapshot.ts'

/** Random make-ups: which model is in which group, and which workspaces have groups of their own. */

export const MODELS = ['opus', 'opus-20251101', 'sonnet', 'haiku', 'haiku-20251001', 'newborn'] as const
export const WORKSPACES = ['wrkspc_a', 'wrkspc_b'] as const

export const modelGroup = (name: string, ...models: string[]): RateLimitGroup => ({
  type: 'model_group',
  name,
  models,
  limits: { output_tokens_per_minute: 1 },
})

const groups = (prefix: string, maxLength: number) =>
  fc
    .array(fc.subarray([...MODELS], { minLength: 1 }), { maxLength })
    .map((lists) => lists.map((models, index) => modelGroup(`${prefix}${index}`, ...models)))

export const makeUp: fc.Arbitrary<Snapshot> = fc.record({
  groups: groups('G', 3),
  workspaces: fc.tuple(
    ...WORKSPACES.map((id) => groups(`own of ${id}`, 2).map((overrides) => ({ id, name: id, overrides }))),
  ),
})

/** All groups of a make-up that list models, whoever has them. */
export const allGroups = ({ groups: own, workspaces }: Snapshot): RateLimitGroup[] => [
  ...own,
  ...workspaces.flatMap(({ overrides }) => overrides),
]

/** Whether use of a model is of that group: a dated ID goes by its alias where the make-up does not list it by itself. */
export function isOf(model: string, group: Pick<RateLimitGroup, 'models'>, listed: readonly string[]): boolean {
  const name = listed.includes(model) ? model : model.replace(/-20\d{6}$/, '')
  return group.models.includes(name)
}
