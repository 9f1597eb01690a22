/** `retry-after` in milliseconds from now: a number of seconds or an HTTP date (RFC 9110, 10.2.3). Null where it is neither. */
export function parseRetryAfter(text: string | null, now: number): number | null {
  if (text === null || text.trim() === '') return null
  const seconds = Number(text)
  const wait = Number.isNaN(seconds) ? Date.parse(text) - now : seconds * 1000
  return Number.isNaN(wait) ? null : Math.max(0, wait)
}
