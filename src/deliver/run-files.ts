import { appendFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Deps } from '../deps.ts'
import type { Report } from '../report/report.ts'
import { writeWhole } from './write-whole.ts'

/** The files a run leaves on the runner: the report, what is made of it for others, and the job summary. */

const FOLDER = 'claude-rate-limit-audit'

/** Writes the report under RUNNER_TEMP and returns its path. */
export function writeReport(env: Deps['env'], report: Report): Promise<string> {
  return writeTemporary(env, 'report.json', `${JSON.stringify(report, null, 2)}\n`)
}

/** Writes the evidence page beside the report and returns its path. */
export function writeEvidence(env: Deps['env'], markdown: string): Promise<string> {
  return writeTemporary(env, 'evidence.md', markdown)
}

/** Writes the message beside the report and returns its path. */
export function writeMessage(env: Deps['env'], markdown: string): Promise<string> {
  return writeTemporary(env, 'message.md', markdown)
}

/** Writes the metrics beside the report and returns their path. */
export function writeMetrics(env: Deps['env'], text: string): Promise<string> {
  return writeTemporary(env, 'metrics.txt', text)
}

async function writeTemporary(env: Deps['env'], name: string, text: string): Promise<string> {
  const path = join(env.RUNNER_TEMP || tmpdir(), FOLDER, name)
  await writeWhole(path, text)
  return path
}

/** Adds to the job summary, where the runner has one. */
export async function writeSummary(env: Deps['env'], markdown: string): Promise<void> {
  if (env.GITHUB_STEP_SUMMARY) await appendFile(env.GITHUB_STEP_SUMMARY, markdown)
}
