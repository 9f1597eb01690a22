import { gitHubOf } from '../../collect/github/github-client.ts'
import { describeError } from '../../errors.ts'
import type { Report } from '../../report/report.ts'
import type { Run } from '../../run.ts'
import { drillIssueText } from '../../tell/issues/issue-text.ts'
import type { Links } from '../../tell/words/links.ts'
import { closeIssue, openUnmarkedIssue } from './github-issues.ts'

/**
 * An issue of the made-up alert, opened and closed again at once: it shows whether the token may do it, and who is
 * notified. It has no mark of ours, so no later run takes it for the issue of a real limit. Resolves to what went wrong.
 */
export async function drillIssue(run: Run, report: Report, links: Links) {
  const { inputs, log, secrets } = run
  if (inputs.issues === 'none') return null
  if (inputs.dryRun) {
    log.info('Dry run: would have opened an issue and closed it again.')
    return null
  }
  try {
    const github = gitHubOf(run)
    const number = await openUnmarkedIssue(github, secrets.redactAll(drillIssueText(report, links)))
    log.info(`Issue #${number} of the drill opened.`)
    await closeIssue(github, number, 'not_planned')
    log.info(`Issue #${number} of the drill closed.`)
    return null
  } catch (error) {
    return describeError(error)
  }
}
