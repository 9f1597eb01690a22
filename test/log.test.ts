import { EOL } from 'node:os'
import { describe, expect, test } from 'vitest'
import type { Deps } from '../src/deps.ts'
import { createLog } from '../src/log.ts'

/** What the runner would read from the log, as @actions/core prints it. */
function printed(write: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = []
  const core = { info: (text: string) => void lines.push(...`${text}${EOL}`.split(EOL)) } as Deps['core']
  write(createLog(core, (text) => text.replaceAll('hunter2', '***')))
  return lines
}

/** The runner takes a line for a command that begins with `::`, spaces before it or not, or holds `##[`. */
const isCommand = (line: string) => /^\s*::|##\[/.test(line)

describe('a line of the log', () => {
  test.each([
    'a name\n::error::not from us',
    'a name\r\n::add-mask::x',
    'a name\r::stop-commands::x',
    '::set-output name=x::y',
    '  ::warning::y',
    'a name\n##[error]z',
    'so it ##[group]goes',
  ])('never is a workflow command, though it holds one: %j', (text) => {
    const lines = printed((log) => log.info(text))
    expect(lines.filter(isCommand)).toEqual([])
    expect(lines).toHaveLength(2)
  })

  test('is otherwise as it was written, but for what is secret', () => {
    expect(printed((log) => log.info('a::b ## [c] hunter2'))).toEqual(['a::b ## [c] ***', ''])
  })
})
