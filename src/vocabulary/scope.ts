/** Where a limit holds: for all workspaces of the organization together, or in one of them. */
export type Scope = { type: 'organization' } | WorkspaceScope
export type WorkspaceScope = { type: 'workspace'; id: string; name: string }

export const ORGANIZATION: Scope = { type: 'organization' }

/** The ID of the workspace that a scope is; null for the organization. */
export function workspaceIdOf(scope: Scope): string | null {
  return scope.type === 'workspace' ? scope.id : null
}

/** Whether two scopes are the same one. A workspace is known by its ID: its name may change. */
export function sameScope(a: Scope, b: Scope): boolean {
  return a.type === b.type && workspaceIdOf(a) === workspaceIdOf(b)
}
