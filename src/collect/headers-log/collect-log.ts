import type { Run } from '../../run.ts'
import { plural } from '../../vocabulary/figures.ts'
import { DAY } from '../../vocabulary/window.ts'
import { type LogSource, readLogFiles } from './files.ts'
import { type LogReading, readLog } from './reading.ts'

/** Reads the log for the window and for the window one day earlier. Throws AuditError where it cannot be read: then nothing is known. */
export function collectLog(
  { deps, log, inputs }: Run,
  pattern: string,
): Promise<{ today: LogReading; dayBefore: LogReading; source: LogSource }> {
  const { start, end } = inputs.window
  const today = readLog({ start, end })
  const dayBefore = readLog({ start: start - DAY, end: end - DAY })
  return log.group('Headers log', async () => {
    const source = await readLogFiles(pattern, deps.env.GITHUB_WORKSPACE || process.cwd(), (entry) => {
      today.add(entry)
      dayBefore.add(entry)
    })
    const lost = source.unreadable > 0 ? `; ${plural(source.unreadable, 'line')} could not be read` : ''
    log.info(`Read ${plural(source.entries, 'response')} in ${plural(source.files, 'file')}${lost}.`)
    return { today, dayBefore, source }
  })
}
