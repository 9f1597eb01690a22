import { type GitHub, gitHubOf } from '../../collect/github/github-client.ts'
import { describeError } from '../../errors.ts'
import type { MeasuredRow, Report } from '../../report/report.ts'
import type { Run } from '../../run.ts'
import { issueStep } from '../../tell/issues/issue-rule.ts'
import { closingText, issueBody, issueTitle } from '../../tell/issues/issue-text.ts'
import { logText } from '../../tell/words/escape.ts'
import { limitName } from '../../tell/words/format.ts'
import type { Links } from '../../tell/words/links.ts'
import { measured } from '../../tell/words/select.ts'
import { lazy } from '../../vocabulary/lazy.ts'
import { closeIssue, commentOn, type Issue, lastClosed, openIssue, openIssues, setBody } from './github-issues.ts'
import { issueKey, withRegion } from './issue-region.ts'

/** Numbers of the issues that were opened, updated or closed, and why not all of it was done. */
export type IssuesOutcome = { numbers: readonly number[]; error: string | null }

/**
 * One issue for each limit in alert: opened, rewritten and closed by rule. A muted limit has none, and one that is open
 * already is left as it is while the mute lasts. Each is tried, whatever became of the others; throws nothing.
 */
export async function deliverIssues(run: Run, report: Report, links: Links): Promise<IssuesOutcome> {
  const { inputs, log, secrets } = run
  const nothing = { numbers: [], error: null }
  // Of a live window nothing is final, and what is calm so far is no calm day.
  if (inputs.issues === 'none' || report.live) return nothing
  if (inputs.dryRun) {
    log.info('Dry run: no issue is opened, rewritten or closed.')
    return nothing
  }
  const numbers: number[] = []
  const errors: string[] = []
  const attempt = async (act: () => Promise<number | null>) => {
    try {
      const number = await act()
      if (number !== null) numbers.push(number)
    } catch (error) {
      errors.push(describeError(error))
    }
  }
  try {
    const github = gitHubOf(run)
    const ours = await openIssues(github)
    const first = new Map(ours.toReversed().map((issue) => [issue.key, issue]))
    for (const issue of ours.filter(({ key, number }) => first.get(key)?.number !== number))
      await attempt(() => closeIssue(github, issue.number, 'not_planned').then(() => issue.number))
    const closed = lazy(() => lastClosed(github))
    for (const row of measured(report).filter(({ muted }) => !muted))
      await attempt(() =>
        deliverOne(
          { github, log, closed, redact: secrets.redact },
          row,
          report,
          links,
          first.get(issueKey(row)) ?? null,
        ),
      )
  } catch (error) {
    errors.push(describeError(error))
  }
  return { numbers: numbers.sort((a, b) => a - b), error: errors[0] ?? null }
}

type Ways = {
  github: GitHub
  log: Run['log']
  redact: (text: string) => string
  closed: () => Promise<readonly Issue[]>
}

async function deliverOne(
  { github, log, redact, closed }: Ways,
  row: MeasuredRow,
  report: Report,
  links: Links,
  issue: Issue | null,
): Promise<number | null> {
  const step = issueStep(row, report, issue?.memory ?? null)
  if (step.kind === 'none') return null
  const key = issueKey(row)
  const { memory } = step
  const body = withRegion(issue?.body ?? '', { key, memory }, redact(issueBody(row, report, links, memory)))
  const name = limitName(row, logText)
  if (issue === null) {
    // Somebody has closed it while the alert went on: they know.
    if (row.transition === 'continuing' && (await closed()).some((other) => other.key === key)) return null
    const number = await openIssue(github, { title: issueTitle(row), body }, key)
    log.info(number === null ? `Another run has opened the issue of ${name}.` : `Issue #${number} opened: ${name}.`)
    return number
  }
  if (step.kind === 'close') {
    const why = closingText(row, report, step.because)
    await commentOn(github, issue.number, why)
    await closeIssue(github, issue.number, 'completed', body)
    log.info(`Issue #${issue.number} of ${name}: ${why}`)
    return issue.number
  }
  if (body === issue.body) return null
  await setBody(github, issue.number, body)
  return issue.number
}
