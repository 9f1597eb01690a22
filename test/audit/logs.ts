import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Headers, levels, line } from '../collect/headers-log/lines.ts'
import type { AuditRun, Services } from './harness.ts'

/** Audits of a log of response headers. */

export const SNAPSHOT = '.github/claude-rate-limits-seen.json'

/** One run over a log of these lines, in the runner's temporary folder. */
export async function auditLog(services: Services, lines: readonly string[], inputs = {}): Promise<AuditRun> {
  const folder = join(services.folder, 'log')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'log.jsonl'), `${lines.join('\n')}\n`)
  return services.run({
    'anthropic-admin-key': '',
    'headers-log': join(folder, '*.jsonl'),
    'snapshot-path': SNAPSHOT,
    ...inputs,
  })
}

/** A response that names a limit on requests. */
export const requests = (timestamp: string, limit: number, remaining: number, more = {}) =>
  response(timestamp, levels({ requests: [limit, remaining] }), more)

export const response = (timestamp: string, headers: Headers, more = {}) => line({ timestamp, headers, ...more })

/** The parts of a line that make it a refusal; without a code it is one by a rate limit. */
export const refusal = (errorCode?: string) => ({
  status: 429,
  error: {
    type: 'error',
    error: { type: 'rate_limit_error', message: 'x', ...(errorCode && { details: { error_code: errorCode } }) },
  },
})
