import type { Report } from '../report/report.ts'
import type { Secrets } from '../transport/redaction.ts'

/** Every rendering is made of the report, so that what is taken out of it here appears in none of them. */
export function redactedReport(report: Report, { redact }: Pick<Secrets, 'redact'>): Report {
  return JSON.parse(redact(JSON.stringify(report))) as Report
}
