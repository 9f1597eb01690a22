import type * as z from 'zod'
import { networkFault } from '../../transport/network-fault.ts'
import { GitHubError } from './github-refusals.ts'

/** Reading GitHub's replies: what they say, what they refuse, and what leaves open whether something was done. */

export type GitHubReply = { status: number; headers: Record<string, string | number | undefined>; data: unknown }

type GraphqlError = { type?: string; message: string }

/** GitHub answers a refused mutation with status 200 and `errors`. */
class GraphqlRefusal extends Error {
  readonly reply: GitHubReply
  readonly error: GraphqlError
  constructor(reply: GitHubReply, error: GraphqlError) {
    super(error.message)
    this.reply = reply
    this.error = error
  }
}

function graphqlErrors(data: unknown): GraphqlError[] {
  const errors = typeof data === 'object' && data !== null && 'errors' in data ? data.errors : []
  return Array.isArray(errors) ? errors.map(({ type, message }) => ({ type, message: String(message) })) : []
}

/**
 * GraphQL answers 200 to its own failures too, and can give data beside errors (octokit/plugin-retry.js#395): what was asked
 * for may have been done all the same.
 */
function isTransient({ type, message }: GraphqlError, reply: unknown): boolean {
  if (type === 'INTERNAL' || type === 'SERVICE_UNAVAILABLE') return true
  if (/something went wrong|timed? ?out|internal (server )?error|temporarily unavailable/i.test(message)) return true
  const data = typeof reply === 'object' && reply !== null && 'data' in reply ? reply.data : null
  return typeof data === 'object' && data !== null && Object.values(data).some((value) => value !== null)
}

/** A reply that came, but says nothing we can use: cut off, or not what GitHub documents. */
class Unreadable extends Error {
  readonly reply: GitHubReply
  constructor(reply: GitHubReply, reason: string) {
    super(reason)
    this.reply = reply
  }
}

/** The part of a REST reply that `schema` describes. Throws what `understand` reads. */
export function parse<T>(name: string, reply: GitHubReply, schema: z.ZodType<T>): T {
  if (reply.status >= 300)
    throw new Unreadable(reply, 'a redirect, which is not followed because the token would go with it')
  const parsed = schema.safeParse(reply.data)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Unreadable(
    reply,
    `the reply to ${name} is not what GitHub documents: ${issue?.path.join('.')} ${issue?.message}`,
  )
}

/** The same for a mutation. */
export function parseMutation<T>(name: string, reply: GitHubReply, schema: z.ZodType<T>): T {
  const [error] = graphqlErrors(reply.data)
  if (error) throw new GraphqlRefusal(reply, error)
  return parse(name, reply, schema)
}

/**
 * What a request that threw came to, as one error, with the headers of the reply if there was one. Octokit turns a network
 * failure into a status 500 without a response.
 */
export function understand(
  name: string,
  thrown: unknown,
  redact: (text: string) => string,
): { error: GitHubError; headers: GitHubReply['headers'] } {
  if (thrown instanceof GraphqlRefusal) {
    const { reply, error } = thrown
    const { type, message } = error
    const said = redact(message)
    const inDoubt = isTransient(error, reply.data)
    return {
      error: new GitHubError(name, { said, type, requestId: requestId(reply), inDoubt }),
      headers: reply.headers,
    }
  }
  if (thrown instanceof Unreadable) {
    const { reply, message } = thrown
    const { status } = reply
    // A redirect was answered instead of the request: nothing was done, and nothing else will be.
    const inDoubt = status < 300
    const error = new GitHubError(name, { said: redact(message), status, requestId: requestId(reply), inDoubt })
    return { error, headers: {} }
  }
  const { response, status, message } = thrown as { response?: GitHubReply; status?: number; message?: string }
  if (response === undefined) {
    const unsent = networkFault(thrown)
    const said = redact(message ?? String(thrown))
    return {
      error: new GitHubError(name, { said, unsent, inDoubt: unsent === null, cause: thrown }),
      headers: {},
    }
  }
  const said = redact(saidIn(response.data) ?? message ?? '')
  const inDoubt = response.status >= 500
  const error = new GitHubError(name, { said, status, requestId: requestId(response), inDoubt, cause: thrown })
  return { error, headers: response.headers }
}

const requestId = ({ headers }: GitHubReply) => headers['x-github-request-id']?.toString()

/** GitHub's message with the details that say which field is meant. */
function saidIn(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('message' in data)) return undefined
  const errors = 'errors' in data && Array.isArray(data.errors) ? data.errors : []
  const details = errors.map(
    (error) => error?.message ?? [error?.resource, error?.field, error?.code].filter(Boolean).join(' '),
  )
  return [String(data.message), ...details].join(' ')
}
