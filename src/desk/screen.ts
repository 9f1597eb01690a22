import { clearLine, cursorTo } from 'node:readline'
import type { WriteStream } from 'node:tty'
import stringWidth from 'string-width'
import type { Screen } from '../tell/terminal/style.ts'

/** A stream that may be a terminal. */
export type Output = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'hasColors'>>

/** Of a stream that is no terminal. */
const USUAL_COLUMNS = 80
const FORCED = new Set(['', '1', '2', '3', 'true'])

/** What the stream can show. A terminal answers for NO_COLOR and FORCE_COLOR itself; a pipe has colours only by FORCE_COLOR. */
export function screenOf(stream: Output, env: Readonly<Record<string, string | undefined>>): Screen {
  const { FORCE_COLOR: forced, NO_COLOR: none = '' } = env
  const isForced = forced !== undefined && FORCED.has(forced)
  const colour = stream.isTTY && forced === undefined ? none === '' && (stream.hasColors?.() ?? false) : isForced
  return { columns: stream.columns ?? USUAL_COLUMNS, colour }
}

/** One line of a terminal that is overwritten; of a stream that is none, nothing is shown. */
export type StatusLine = { show: (text: string) => void; clear: () => void }

export function statusLine(stream: Output): StatusLine {
  if (!stream.isTTY) return { show: () => {}, clear: () => {} }
  const clear = () => {
    cursorTo(stream, 0)
    clearLine(stream, 0)
  }
  return {
    show: (text) => {
      clear()
      stream.write(fitting(text, (stream.columns ?? USUAL_COLUMNS) - 1))
    },
    clear,
  }
}

/** A line that is longer than the terminal would be two, of which only one is overwritten. */
function fitting(text: string, columns: number): string {
  let line = ''
  for (const character of text) {
    if (stringWidth(line + character) > columns) break
    line += character
  }
  return line
}
