import type { LogSource } from '../../collect/headers-log/files.ts'
import type { Finding } from '../../report/report.ts'
import { plural } from '../../vocabulary/figures.ts'

/** What a log gives to say beside the verdicts: where it came from, and what of it could not be read. */
export function logFindings(source: LogSource): Finding[] {
  return [
    ...(source.unreadable > 0
      ? [
          {
            kind: 'headers-log' as const,
            message: `${plural(source.unreadable, 'line')} of the log could not be read, and no recovery is reported: ${source.firstProblem}.`,
          },
        ]
      : []),
    {
      kind: 'headers-log',
      message: `Limits and use are what ${plural(source.entries, 'logged response')} in ${plural(source.files, 'file')} said in their headers: what was left right after each of them, tokens rounded to the nearest 1,000, the combined token limit being whichever binds most. What was not logged is in no figure.`,
    },
  ]
}
