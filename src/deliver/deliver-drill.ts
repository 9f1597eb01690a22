import type { Report } from '../report/report.ts'
import type { Run } from '../run.ts'
import { annotations } from '../tell/annotations.ts'
import { drillReport } from '../tell/drill.ts'
import type { SlackMessage } from '../tell/slack/slack-limits.ts'
import { renderSlack } from '../tell/slack/slack-message.ts'
import type { SlackOutcome } from '../tell/slack/slack-outcome.ts'
import { renderSummary } from '../tell/summary/summary.ts'
import type { Links } from '../tell/words/links.ts'
import { drillIssue } from './issues/drill-issue.ts'
import { notifySlack } from './notify-slack.ts'

/** `issueError`: why the issue of the drill was not opened or not closed again; null where none was, or all went well. */
export type Drill = { slack: SlackOutcome; render: () => SlackMessage; summary: string; issueError: string | null }

/**
 * `mode: drill`: one made-up alert, headed DRILL, goes every way that a real one would and that is set up; `notify` has no
 * say in it. Throws nothing.
 */
export async function deliverDrill(run: Run, real: Report, links: Links): Promise<Drill> {
  const { inputs, log } = run
  const report = drillReport(real)
  const render = () => renderSlack(report, links, null)
  const [slack, issueError] = await log.group('Drill', async () => [
    await notifySlack(run, true, render),
    await drillIssue(run, report, links),
  ])
  for (const { level, title, message } of annotations(report, inputs.failOn)) log[level](message, title)
  const summary = renderSummary(report, links, null, { dryRun: inputs.dryRun, slack })
  return { slack, render, summary, issueError }
}
