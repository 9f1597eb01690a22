import type { Deps } from './deps.ts'

/** An annotation; with `at`, beside that line of that file of the repository. */
type Annotate = (message: string, title?: string, at?: { file: string; line: number; column?: number }) => void

/** The run's log: log groups a step, and nothing in it that has not been redacted. */
export type Log = {
  info: (line: string) => void
  debug: (line: string) => void
  notice: Annotate
  warning: Annotate
  error: Annotate
  /** Marks the run as failed, with the reason as an annotation. */
  fail: (message: string) => void
  group: <T>(name: string, work: () => Promise<T>) => Promise<T>
}

export function createLog(core: Deps['core'], redact: (text: string) => string): Log {
  const annotate =
    (level: 'notice' | 'warning' | 'error'): Annotate =>
    (message, title, at) =>
      core[level](redact(message), {
        ...(title !== undefined && { title: redact(title) }),
        ...(at && { file: at.file, startLine: at.line, startColumn: at.column }),
      })
  return {
    info: (line) => core.info(oneLine(redact(line))),
    debug: (line) => core.debug(oneLine(redact(line))),
    notice: annotate('notice'),
    warning: annotate('warning'),
    error: annotate('error'),
    fail: (message) => core.setFailed(redact(message)),
    async group(name, work) {
      core.startGroup(name)
      try {
        return await work()
      } finally {
        core.endGroup()
      }
    },
  }
}

const ZERO_WIDTH_SPACE = '\u200b'

/**
 * One line that is no workflow command: the runner takes a line for one that begins with `::` after any spaces, or holds
 * `##[` (actions/runner, ActionCommand).
 */
function oneLine(text: string): string {
  return text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/^(\s*:)(?=:)/, `$1${ZERO_WIDTH_SPACE}`)
    .replaceAll('##[', `#${ZERO_WIDTH_SPACE}#[`)
}
