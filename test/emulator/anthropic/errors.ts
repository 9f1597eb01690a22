import type { Reply } from '../exchange.ts'
import { json } from '../http.ts'

/** What the service refuses; thrown by a handler, sent in Anthropic's form. Source: the API's errors page. */
export class ApiError extends Error {
  readonly status: number
  readonly errorCode: string | undefined
  readonly headers: Record<string, string>

  constructor(status: number, message: string, errorCode?: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.errorCode = errorCode
    this.headers = headers
  }
}

export const invalid = (message: string, errorCode?: string): ApiError => new ApiError(400, message, errorCode)
export const unauthenticated = (message: string): ApiError => new ApiError(401, message)
export const forbidden = (message: string, errorCode?: string): ApiError => new ApiError(403, message, errorCode)
export const notFound = (message = 'Not found'): ApiError => new ApiError(404, message)

const TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  408: 'timeout_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** The error as a reply. */
export function errorReply(error: ApiError, requestId: string): Reply {
  const details = error.errorCode === undefined ? {} : { details: { error_code: error.errorCode } }
  const body = {
    type: 'error',
    error: { type: TYPES[error.status] ?? 'api_error', message: error.message, ...details },
    request_id: requestId,
  }
  return json(error.status, body, { ...error.headers, 'request-id': requestId })
}
