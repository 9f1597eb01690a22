import { renderBlindSlack, renderBlindSummary } from '../../src/report/blind.ts'
import { commitMessage } from '../../src/report/commit-message.ts'
import { renderPullRequest } from '../../src/report/pull-request.ts'
import { renderSlack } from '../../src/report/slack.ts'
import { renderSummary } from '../../src/report/summary.ts'
import type { SlackMessage } from '../../src/slack/limits.ts'
import { type Example, LINKS } from './examples.ts'

/** Everything an example is rendered as; there is no pull request and no commit of a blind run. */
export type Renderings = {
  slack: SlackMessage
  summary: string
  pullRequest: { title: string; body: string } | null
  commit: { headline: string; body: string } | null
}

export function renderExample(example: Example): Renderings {
  if ('blind' in example) {
    const { blind } = example
    return {
      slack: renderBlindSlack(blind, LINKS),
      summary: renderBlindSummary(blind, LINKS),
      pullRequest: null,
      commit: null,
    }
  }
  const { report, snapshot } = example
  return {
    slack: renderSlack(report, LINKS, snapshot),
    summary: renderSummary(report, LINKS, snapshot),
    pullRequest: renderPullRequest(report, LINKS, 'snapshot'),
    commit: commitMessage('chore: update Claude rate limits', report, 'snapshot'),
  }
}
