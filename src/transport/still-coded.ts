import type { Dispatcher } from 'undici'

/** Names the coding of a body that was left as it came. */
export const STILL_CODED = 'x-still-coded'

/**
 * An interceptor for undici that hides gzip from fetch, which would unpack it by a stream: fifty pieces and as many trips
 * to another thread for a page of usage, at the cost of parsing it. What waits for its end is fifty times smaller this
 * way, too.
 */
export function leaveCoded(dispatch: Dispatcher['dispatch']): Dispatcher['dispatch'] {
  return (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
      onBodySent: (chunk) => handler.onBodySent?.(chunk),
      onRequestSent: () => handler.onRequestSent?.(),
      onResponseStarted: () => handler.onResponseStarted?.(),
      onResponseStart(controller, status, headers, statusMessage) {
        const { 'content-encoding': coding, ...rest } = headers
        if (coding !== 'gzip') return handler.onResponseStart?.(controller, status, headers, statusMessage)
        const renamed = { ...rest, [STILL_CODED]: coding }
        // fetch reads the headers from here, and only where this is no list from those it is given.
        controller.rawHeaders = renamed
        handler.onResponseStart?.(controller, status, renamed, statusMessage)
      },
      onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
      onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
      onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
    })
}
