import { resolve } from 'node:path'
import type { Door } from '../audit.ts'
import { committedIn } from '../collect/repository/committed-in.ts'
import { readWorkspace } from '../collect/repository/workspace.ts'
import { failureReasons } from '../deliver/exit-code.ts'
import { writeWhole } from '../deliver/write-whole.ts'
import { AuditError, describeError } from '../errors.ts'
import type { Report } from '../report/report.ts'
import type { Run } from '../run.ts'
import { evidencePage } from '../tell/evidence/page.ts'
import { renderSummary } from '../tell/summary/summary.ts'
import type { Screen } from '../tell/terminal/style.ts'
import { renderTerminal } from '../tell/terminal/terminal-report.ts'
import { linksOf } from '../tell/words/links.ts'
import type { Asked } from './flags.ts'

/** 0: all was read and reported. 1: something was not, or `fail-on` says so. 2: the command line or an input is not valid. */
export type ExitCode = 0 | 1 | 2

type Desk = {
  asked: Extract<Asked, { kind: 'audit' }>
  /** The folder of whoever asks. */
  folder: string
  screen: Screen
  /** Prints what was asked for. */
  print: (text: string) => void
}

/**
 * The desk's door: a snapshot and a policy are read from the folder of whoever asks, and all goes to their screen. Nothing is
 * written but the files that were asked for.
 */
export function doorAtDesk({ asked, folder, screen, print }: Desk): Door<ExitCode> {
  return {
    wantsBudgets: asked.budgets,
    readCommitted: readFolder(folder),
    deliverAudit: async (run, found) => {
      const report = await withFiles(run, run.secrets.redactAll(found.report), asked.files, folder)
      const reasons = failureReasons(report, run.inputs.failOn)
      if (asked.budgets && !report.budgets && report.findings.every(({ kind }) => kind !== 'budgets-unknown'))
        run.log.notice('There are no budgets: usage is not known yet for every minute of the window.')
      print(asked.json ? `${JSON.stringify(report, null, 2)}\n` : renderTerminal(report, reasons, screen))
      return reasons.length > 0 ? 1 : 0
    },
    deliverBlind: async ({ log }, error) => {
      log.fail(`Nothing could be measured, which is no sign of health. ${error}`)
      return 1
    },
    refuse: async (_deps, log, _secrets, error) => {
      log.fail(describeError(error))
      return 2
    },
  }
}

/** The snapshot and the policy of a folder. */
export function readFolder(folder: string): Door<ExitCode>['readCommitted'] {
  return async (run) => {
    try {
      return committedIn(await readWorkspace(folder, [run.inputs.snapshot.path, run.inputs.policyPath]), run)
    } catch (error) {
      // A policy that is not valid ends the run, and so does a file that is there and cannot be read.
      throw error instanceof AuditError ? error : new AuditError(describeError(error))
    }
  }
}

/** Writes the files that were asked for, and returns the report with what could not be written. */
async function withFiles(
  { secrets, log, deps, inputs }: Run,
  report: Report,
  files: Desk['asked']['files'],
  folder: string,
): Promise<Report> {
  const failures: Report['failures'] = []
  const texts = {
    report: () => `${JSON.stringify(report, null, 2)}\n`,
    summary: () => renderSummary(report, linksOf(deps.env, inputs.runbookUrl), null),
    evidence: () => evidencePage(report),
  }
  for (const name of ['report', 'summary', 'evidence'] as const) {
    const path = files[name]
    if (path === undefined) continue
    const text = texts[name]()
    if (text === null) {
      log.notice(`No ${name} was written: no limit was used to half or more.`)
      continue
    }
    try {
      await writeWhole(resolve(folder, path), text)
    } catch (error) {
      failures.push({ resource: `--${name}`, message: secrets.redact(describeError(error)) })
    }
  }
  return { ...report, failures: [...report.failures, ...failures] }
}
