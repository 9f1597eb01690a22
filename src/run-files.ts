import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Deps } from './deps.ts'
import type { Report } from './report/report.ts'

/** The files a run leaves on the runner: the report, and the job summary. */

const FOLDER = 'claude-rate-limit-audit'

/** Writes the report under RUNNER_TEMP and returns its path. A reader sees all of it or nothing: it is renamed into place. */
export async function writeReport(env: Deps['env'], report: Report): Promise<string> {
  const path = join(env.RUNNER_TEMP || tmpdir(), FOLDER, 'report.json')
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.part`, `${JSON.stringify(report, null, 2)}\n`)
  await rename(`${path}.part`, path)
  return path
}

/** Adds to the job summary, where the runner has one. */
export async function writeSummary(env: Deps['env'], markdown: string): Promise<void> {
  if (env.GITHUB_STEP_SUMMARY) await appendFile(env.GITHUB_STEP_SUMMARY, markdown)
}
