import type { Deps } from '../deps.ts'
import { INPUTS, type InputName } from '../inputs/names.ts'
import type { Output, StatusLine } from './screen.ts'

/**
 * The toolkit's functions for a person at a desk: what a run is doing stands in one line that is overwritten, what they must
 * know stays. Nothing is said on a runner's terms, and no output is set.
 */
export function logAtDesk(
  inputs: Partial<Record<InputName, string>>,
  stream: Output,
  status: StatusLine,
): Deps['core'] {
  const say = (level: string) => (message: string | Error, properties?: { title?: string | undefined }) => {
    status.clear()
    const title = properties?.title ? `${properties.title}: ` : ''
    stream.write(`${level}${title}${message instanceof Error ? message.message : message}\n`)
  }
  return {
    getInput: (name) => inputs[name as InputName] ?? INPUTS[name as InputName],
    setOutput: () => {},
    setSecret: () => {},
    setFailed: say('error: '),
    debug: () => {},
    info: status.show,
    startGroup: (name) => status.show(`${name} …`),
    endGroup: status.clear,
    notice: say(''),
    warning: say('warning: '),
    error: say('error: '),
  }
}
