/**
 * Response headers as logs hold them: in any case, with `_` for `-` (nginx, OpenTelemetry), a value or a list of values
 * (Go's `http.Header`, Elixir's Req), an object or a list of pairs, and under the prefix of what relayed them.
 */

/** LiteLLM's, OpenTelemetry's (semantic conventions, `http.response.header.<key>`) and nginx's (`$upstream_http_<name>`). */
const PREFIX = /^(llm-provider-|http\.response\.header\.|upstream-http-)+/

/** A value as text; `unreadable` where it is no text, no number and no list of one of them. */
type HeaderValue = { text: string } | { unreadable: true }

export type Headers = ReadonlyMap<string, HeaderValue>

/** Headers by their names on the wire, in lower case. Of several sources the later ones win. */
export function headersOf(...sources: readonly unknown[]): Headers {
  const headers = new Map<string, HeaderValue>()
  for (const source of sources) for (const [name, value] of pairsOf(source)) headers.set(nameOf(name), readValue(value))
  return headers
}

/** The text of a header; undefined where it is not there, or no text. */
export function headerText(headers: Headers, name: string): string | undefined {
  const value = headers.get(name)
  return value && 'text' in value ? value.text : undefined
}

function pairsOf(source: unknown): [string, unknown][] {
  if (Array.isArray(source)) return source.filter(isPair)
  return typeof source === 'object' && source !== null ? Object.entries(source) : []
}

function isPair(item: unknown): item is [string, unknown] {
  return Array.isArray(item) && item.length === 2 && typeof item[0] === 'string'
}

function nameOf(name: string): string {
  return name.toLowerCase().replaceAll('_', '-').replace(PREFIX, '')
}

/** A list is one value where all in it are the same: a header that was sent twice with two values says neither. */
function readValue(value: unknown): HeaderValue {
  if (typeof value === 'string') return { text: value.trim() }
  if (typeof value === 'number') return { text: String(value) }
  if (!Array.isArray(value) || value.length === 0) return { unreadable: true }
  const first = readValue(value[0])
  const isSame = (other: HeaderValue) => 'text' in first && 'text' in other && other.text === first.text
  return value.slice(1).map(readValue).every(isSame) ? first : { unreadable: true }
}
