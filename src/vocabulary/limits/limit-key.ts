import { type Scope, sameScope, workspaceIdOf } from '../scope.ts'
import { type Group, groupKey, sameGroup } from './groups.ts'

/** One limit: a limiter of a group in a scope. */
export type LimitRef = { scope: Scope; group: Group; limiter: string }

/** A text that two references share exactly where they mean the same limit: the key of maps. */
export function limitKey({ scope, group, limiter }: LimitRef): string {
  return `${placeKey({ scope, group })}\n${limiter}`
}

/** The same for a group in a scope, whatever the limiter. */
export function placeKey({ scope, group }: Pick<LimitRef, 'scope' | 'group'>): string {
  return `${workspaceIdOf(scope) ?? ''}\n${groupKey(group)}`
}

/** Whether two references mean the same limit. */
export function sameLimit(a: LimitRef, b: LimitRef): boolean {
  return a.limiter === b.limiter && sameGroup(a.group, b.group) && sameScope(a.scope, b.scope)
}
