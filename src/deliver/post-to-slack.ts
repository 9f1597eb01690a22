import { type FetchFunction, IncomingWebhook, IncomingWebhookHTTPError } from '@slack/webhook'
import type { Deps } from '../deps.ts'
import type { SlackMessage } from '../tell/slack/slack-limits.ts'
import type { Posting } from '../tell/slack/slack-outcome.ts'
import { logText } from '../tell/words/escape.ts'
import { causesOf, networkFault } from '../transport/network-fault.ts'
import { parseRetryAfter } from '../transport/retry-after.ts'
import { wholeReplies } from '../transport/whole.ts'

/** How long delivery may take, in milliseconds: each attempt, and all waiting together. */
export type Patience = { attempt: number; waiting: number }
const PATIENCE: Patience = { attempt: 10_000, waiting: 120_000 }

const MOST_ATTEMPTS = 5
/** Slack answers with a word; an error page of a proxy has more. */
const LARGEST_BODY = 1_000_000
/** Where a 429 names no time to wait, which Slack's documentation says it always does. */
const WAIT_WITHOUT_RETRY_AFTER = 2_000

/** Whose words are taken out of secrets before they are cut, and how; the URL itself is one. */
type Clean = (text: string) => string

/**
 * Posts one message to an incoming webhook. Only a 429 is tried again, after its `Retry-After` and as long as that fits the
 * patience: a 5xx or a broken connection leaves open whether Slack posted the message, and twice is worse than unknown.
 * Never throws, and no text it returns holds the webhook URL, which is a credential.
 */
export async function postToSlack(
  deps: Pick<Deps, 'fetch' | 'sleep' | 'random' | 'now'> & { redact: Clean },
  webhookUrl: string,
  message: SlackMessage,
  patience: Patience = PATIENCE,
): Promise<Posting> {
  const clean: Clean = (text) => withoutUrl(deps.redact(text), webhookUrl)
  let retryAfter: string | null = null
  const bounded = wholeReplies(deps.fetch, { timeout: () => patience.attempt, maxBytes: LARGEST_BODY })
  // @slack/webhook tells a 429 from its error, but not how long to wait: only the fetch under it sees the header.
  const fetch: FetchFunction = async (url, init) => {
    const response = await bounded(url, { ...(init as RequestInit), redirect: 'manual' })
    retryAfter = response.headers.get('retry-after')
    return response
  }
  const webhook = new IncomingWebhook(webhookUrl, { fetch })
  const deadline = deps.now() + patience.waiting

  for (let attempt = 1; ; attempt++) {
    try {
      const { text } = await webhook.send(message)
      return text.trim() === 'ok' ? { kind: 'delivered' } : notSlack(text, clean)
    } catch (error) {
      if (!isThrottled(error)) return failure(error, clean)
      const wait = (parseRetryAfter(retryAfter, deps.now()) ?? WAIT_WITHOUT_RETRY_AFTER) + deps.random() * 1_000
      if (attempt === MOST_ATTEMPTS || deps.now() + wait > deadline) {
        const asked = Math.ceil(wait / 1_000)
        return {
          kind: 'not-delivered',
          error: `Slack refused the message ${attempt === 1 ? 'once' : `${attempt} times`} with HTTP 429 (too many messages) and asks to wait another ${asked} s. Post less to this webhook, or run the audit at another time.`,
        }
      }
      await deps.sleep(wait)
    }
  }
}

/** A sign-in page of a proxy comes with status 200 too, and then nobody has been told anything. */
function notSlack(text: string, clean: Clean): Posting {
  const said = logText(clean(text), 200)
  return {
    kind: 'unknown',
    error: `The webhook answered HTTP 200, but not with Slack's "ok" (${said || 'nothing'}): whether the message was posted is unknown, so it was not sent again. Look into the channel, and check the webhook URL and the proxy.`,
  }
}

function isThrottled(error: unknown): boolean {
  return error instanceof IncomingWebhookHTTPError && error.statusCode === 429
}

/** What Slack's own words in a 4xx mean (docs.slack.dev, "Incoming webhooks", handling errors). */
const MATTERMOST =
  'This is a Mattermost server, and it does not know the webhook: create a new incoming webhook there and update the secret.'
const REMEDIES: Record<string, string> = {
  invalid_payload: 'This is a defect of the action: please report it.',
  invalid_blocks: 'This is a defect of the action: please report it.',
  no_text: 'This is a defect of the action: please report it.',
  no_service: 'The webhook is disabled, removed or wrong: create a new one and update the secret.',
  invalid_token: 'The webhook URL is wrong or has been revoked: create a new one and update the secret.',
  no_team: 'The workspace of this webhook is gone: create a new one and update the secret.',
  team_disabled: 'The workspace of this webhook is disabled: create a new one and update the secret.',
  channel_not_found: 'The channel of this webhook is gone: create a new one and update the secret.',
  channel_is_archived: 'The channel of this webhook is archived: create a new one and update the secret.',
  posting_to_general_channel_denied: 'An admin has restricted posting to this channel: choose another.',
  action_prohibited: 'An admin has restricted posting by webhooks: ask them, or choose another channel.',
}

function failure(error: unknown, clean: Clean): Posting {
  if (error instanceof IncomingWebhookHTTPError) {
    const reason = clean(error.body).trim()
    const said = reason ? ` (${logText(reason, 200)})` : ''
    if (error.statusCode >= 500) {
      return {
        kind: 'unknown',
        error: `Slack answered HTTP ${error.statusCode}${said}: whether the message was posted is unknown, so it was not sent again. Look into the channel.`,
      }
    }
    if (error.statusCode < 400) return redirected(error.statusCode)
    const isMattermost = /incoming_webhook|app_error/.test(reason)
    const remedy = isMattermost ? MATTERMOST : (REMEDIES[reason] ?? 'Check the webhook URL in the secret.')
    return {
      kind: 'not-delivered',
      error: `Slack refused the message with HTTP ${error.statusCode}${said}. ${remedy}`,
    }
  }
  const texts = causesOf(error).map(({ message }) => message)
  const told = logText(clean([...new Set(texts)].join(': ') || String(error)), 300)
  const fault = networkFault(error)
  if (fault) return { kind: 'not-delivered', error: `Slack could not be reached (${told}). ${fault.remedy}` }
  return {
    kind: 'unknown',
    error: `The connection to Slack broke or timed out (${told}): whether the message was posted is unknown, so it was not sent again. Look into the channel.`,
  }
}

/** Slack itself never answers so: something on the way does, and it has posted nothing. */
function redirected(status: number): Posting {
  return {
    kind: 'not-delivered',
    error: `The webhook answered HTTP ${status}, a redirect, which is not followed because the webhook URL would go with it: nothing was posted. A proxy's sign-in page or an address that has moved; set slack-webhook-url to the address that answers by itself.`,
  }
}

/** Whole or in parts, as an error of a lower layer may quote it. */
function withoutUrl(text: string, webhookUrl: string): string {
  const url = URL.parse(webhookUrl)
  return [webhookUrl, url?.href ?? '', url?.pathname ?? '']
    .filter((secret) => secret.length > 1)
    .reduce((rest, secret) => rest.replaceAll(secret, '[webhook URL]'), text)
    .replace(/\/services\/[\w/-]+/g, '/services/[hidden]')
}
