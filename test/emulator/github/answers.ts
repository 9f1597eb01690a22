import type { World } from './world.ts'

export type Call = { world: World; path: Record<string, string>; query: URLSearchParams; body: Record<string, unknown> }
export type Answer = { status: number; value: unknown }
export type Handler = (call: Call) => Promise<Answer>
/** Handlers by method and path below the repository, as GitHub's document spells it. */
export type Routes = Record<string, Handler>

const DOCS = 'https://docs.github.com/rest'

export const ok = (value: unknown, status = 200): Answer => ({ status, value })
export function fail(status: number, message: string, errors?: object[]): Answer {
  return { status, value: { message, ...(errors && { errors }), documentation_url: DOCS, status: String(status) } }
}
export const notFound = () => fail(404, 'Not Found')
export const noPermission = () => fail(403, 'Resource not accessible by integration')
export const readOnly = () => fail(403, 'Repository was archived so is read-only.')
export const emptyRepository = () => fail(409, 'Git Repository is empty.')
