import { renderBlindSlack, renderBlindSummary } from '../../src/tell/blind.ts'
import { commitMessage } from '../../src/tell/pull-request/commit-message.ts'
import { renderPullRequest } from '../../src/tell/pull-request/pull-request.ts'
import type { SlackMessage } from '../../src/tell/slack/slack-limits.ts'
import { renderSlack } from '../../src/tell/slack/slack-message.ts'
import { renderSummary } from '../../src/tell/summary/summary.ts'
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
    pullRequest: renderPullRequest(report, LINKS, { files: 'snapshot', renames: [], sinceUpdate: '' }),
    commit: commitMessage('chore: update Claude rate limits', report, 'snapshot', []),
  }
}
