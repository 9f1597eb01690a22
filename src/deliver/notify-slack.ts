import type { Run } from '../run.ts'
import type { SlackMessage } from '../tell/slack/slack-limits.ts'
import type { SlackOutcome } from '../tell/slack/slack-outcome.ts'
import { postToSlack } from './post-to-slack.ts'

/** Posts what `render` makes, where it is wanted and there is a webhook; in a dry run it is only made. Throws nothing. */
export async function notifySlack(
  { deps, inputs, log, secrets }: Run,
  wanted: boolean,
  render: () => SlackMessage,
): Promise<SlackOutcome> {
  if (!inputs.slackWebhookUrl) {
    log.info('No slack-webhook-url: nothing is posted.')
    return { kind: 'not-set-up' }
  }
  if (!wanted) {
    log.info(`Nothing to post by notify: ${inputs.notify}.`)
    return { kind: 'not-wanted' }
  }
  const message = secrets.redactAll(render())
  if (inputs.dryRun) {
    log.info(`Dry run: would have posted to Slack: ${message.text}`)
    return { kind: 'rehearsed', message }
  }
  const posting = await postToSlack({ ...deps, redact: secrets.redact }, inputs.slackWebhookUrl, message)
  log.info(posting.kind === 'delivered' ? 'Posted to Slack.' : `Slack: ${posting.error}`)
  return posting
}
