import type { SlackMessage } from '../../../src/tell/slack/slack-limits.ts'
import type { Received, Reply } from '../exchange.ts'
import { type Server, startServer } from '../http.ts'
import { refusalsOf } from './slack-rules.ts'

/** An incoming webhook of Slack's: refuses what Slack refuses, in Slack's words, and keeps what it accepts. */
export type SlackEmulator = Server & {
  /** The URL to give to the action; its path is the credential. */
  webhookUrl: string
  /** Messages that were posted, in order. */
  messages: SlackMessage[]
}

export const WEBHOOK_PATH = '/services/T0EXAMPLE/B0EXAMPLE/exampleSecretOfTheWebhook'

export async function startSlack(): Promise<SlackEmulator> {
  const messages: SlackMessage[] = []
  const server = await startServer({
    handle: (request) => receive(request, messages),
    error: (status, errorCode) => plain(status, errorCode ?? (status === 429 ? 'rate_limited' : 'server_error')),
  })
  return Object.assign(server, { webhookUrl: `${server.url}${WEBHOOK_PATH}`, messages })
}

/** Answers by docs.slack.dev, "Incoming webhooks", handling errors: plain text, `ok` for a message that is posted. */
function receive(request: Received, messages: SlackMessage[]): Reply {
  if (request.method !== 'POST') return plain(405, 'invalid_request')
  if (request.path !== WEBHOOK_PATH) return plain(404, 'no_service')
  const message = parse(request.body)
  if (message === null) return plain(400, 'invalid_payload')
  const { text, blocks } = message
  if ((typeof text !== 'string' || text === '') && !Array.isArray(blocks)) return plain(400, 'no_text')
  if (refusalsOf(message).length > 0) return plain(400, 'invalid_blocks')
  messages.push(message as SlackMessage)
  return plain(200, 'ok')
}

function parse(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

function plain(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'text/html' }, body }
}
