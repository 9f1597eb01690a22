import { slackAsText } from '../slack/as-text.ts'
import type { SlackOutcome } from '../slack/slack-outcome.ts'
import { fenced, stack, under } from '../words/markdown.ts'

/** What a run did beside judging, as far as its summary says it: whether it was a dry run, and what became of Slack. */
export type Delivery = { dryRun: boolean; slack: SlackOutcome }

export const DELIVERED: Delivery = { dryRun: false, slack: { kind: 'delivered' } }

/** Goes before the verdict, so that nobody takes a rehearsal for the run. */
export const rehearsal = ({ dryRun }: Delivery) => (dryRun ? 'Dry run · ' : '')

/** The same in a sentence; empty where the run was none. */
export function rehearsalText({ dryRun }: Delivery): string {
  return dryRun ? '**Dry run:** nothing was committed, posted or opened. This summary says what would have been.' : ''
}

/** That nobody was told, or what they would have been; empty where Slack took the message, or nothing was to be posted. */
export function slackPart({ dryRun, slack }: Delivery): string {
  switch (slack.kind) {
    case 'not-set-up':
      return 'Slack is not set up, so nobody hears of this run: give the input `slack-webhook-url`.'
    case 'rehearsed':
      return under('### The Slack message that would have been posted', fenced(slackAsText(slack.message).trim()))
    case 'not-wanted':
      return dryRun ? 'Nothing would have been posted to Slack: `notify` has nothing to say of a day like this.' : ''
    default:
      return ''
  }
}

/** Both on a page that has nothing else of them. */
export const deliveryText = (delivery: Delivery) => stack(rehearsalText(delivery), slackPart(delivery))
