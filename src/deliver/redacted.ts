import type { Report } from '../report/report.ts'
import type { Secrets } from '../transport/redaction.ts'

/** Every rendering is made of the report, so that what is taken out of it here appears in none of them. */
export function redactedReport(report: Report, { redactAll }: Pick<Secrets, 'redactAll'>): Report {
  return redactAll(report)
}
