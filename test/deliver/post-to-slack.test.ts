import { fetch as undiciFetch } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Patience, postToSlack } from '../../src/deliver/post-to-slack.ts'
import { renderSlack } from '../../src/tell/slack/slack-message.ts'
import { type SlackEmulator, startSlack, WEBHOOK_PATH } from '../emulator/slack/slack.ts'
import { EXAMPLES, LINKS } from '../tell/examples.ts'

const MESSAGE = renderSlack(EXAMPLES['first-alert'].report, LINKS, null)
const START = Date.parse('2026-11-23T06:00:00Z')

let slack: SlackEmulator
let slept: number[]
beforeEach(async () => {
  slack = await startSlack()
  slept = []
})
afterEach(() => slack.stop())

/** Real HTTP, but a clock that only sleeping moves. */
function deliver(options: { url?: string; patience?: Patience; message?: typeof MESSAGE } = {}) {
  let now = START
  const deps = {
    fetch: undiciFetch as unknown as typeof globalThis.fetch,
    now: () => now,
    random: () => 0.5,
    redact: (text: string) => text,
    sleep: async (milliseconds: number) => {
      slept.push(milliseconds)
      now += milliseconds
    },
  }
  return postToSlack(deps, options.url ?? slack.webhookUrl, options.message ?? MESSAGE, options.patience)
}

test('a message arrives as it was written', async () => {
  expect(await deliver()).toEqual({ kind: 'delivered' })
  expect(slack.messages).toEqual([MESSAGE])
  expect(slack.requests).toHaveLength(1)
})

describe('a 429', () => {
  test('is tried again after the time Slack asks for', async () => {
    slack.faults.push({ times: 2, effect: { kind: 'status', status: 429, retryAfter: 7 } })
    expect(await deliver()).toEqual({ kind: 'delivered' })
    expect(slept).toEqual([7_500, 7_500])
    expect(slack.messages).toHaveLength(1)
  })

  test('may name the time as a date', async () => {
    slack.faults.push({
      times: 1,
      effect: { kind: 'status', status: 429, retryAfter: 'Mon, 23 Nov 2026 06:00:20 GMT' },
    })
    expect(await deliver()).toEqual({ kind: 'delivered' })
    expect(slept).toEqual([20_500])
  })

  test('without a time is tried again all the same', async () => {
    slack.faults.push({ times: 1, effect: { kind: 'status', status: 429 } })
    expect(await deliver()).toEqual({ kind: 'delivered' })
    expect(slept).toEqual([2_500])
  })

  test('that asks for more time than there is ends the delivery at once', async () => {
    slack.faults.push({ effect: { kind: 'status', status: 429, retryAfter: 3_600 } })
    expect(await deliver()).toEqual({
      kind: 'not-delivered',
      error: expect.stringContaining('asks to wait another 3601 s'),
    })
    expect(slept).toEqual([])
    expect(slack.requests).toHaveLength(1)
  })

  test('that never ends takes no more than two minutes in all', async () => {
    slack.faults.push({ effect: { kind: 'status', status: 429, retryAfter: 50 } })
    expect(await deliver()).toMatchObject({ kind: 'not-delivered' })
    expect(slept).toEqual([50_500, 50_500])
    expect(slack.requests).toHaveLength(3)
  })
})

describe('is not sent twice where Slack may have posted it', () => {
  test.each([500, 502, 503])('after HTTP %i', async (status) => {
    slack.faults.push({ effect: { kind: 'status', status } })
    expect(await deliver()).toEqual({
      kind: 'unknown',
      error: expect.stringContaining(`HTTP ${status}`),
    })
    expect(slack.requests).toHaveLength(1)
  })

  test('after a connection that broke, and the message had been posted', async () => {
    slack.faults.push({ effect: { kind: 'drop', where: 'before' } })
    expect(await deliver()).toMatchObject({ kind: 'unknown' })
    expect(slack.requests).toHaveLength(1)
    expect(slack.messages).toHaveLength(1)
  })

  test('after a reply that does not come in time', async () => {
    slack.faults.push({ effect: { kind: 'hang' } })
    const delivery = await deliver({ patience: { attempt: 50, waiting: 1_000 } })
    expect(delivery).toEqual({ kind: 'unknown', error: expect.stringContaining('timed out') })
    expect(slack.requests).toHaveLength(1)
  })
})

test('a webhook that does not answer at all has certainly not posted it', async () => {
  await slack.stop()
  const delivery = await deliver()
  expect(delivery).toEqual({ kind: 'not-delivered', error: expect.stringContaining('could not be reached') })
  slack = await startSlack()
})

test('a redirect is not followed: the message and the URL stay with Slack', async () => {
  slack.faults.push({ effect: { kind: 'redirect', to: `${slack.url}/elsewhere`, status: 307 } })
  expect(await deliver()).toMatchObject({
    kind: 'not-delivered',
    error: expect.stringMatching(/HTTP 30\d, a redirect.*nothing was posted/),
  })
  expect(slack.requests).toHaveLength(1)
})

test.each([
  [
    'a webhook that a Mattermost server does not know',
    400,
    '{"id":"web.incoming_webhook.invalid.app_error","message":"Invalid webhook."}',
    'Mattermost',
  ],
  ['a removed webhook', 404, 'no_service', 'create a new one'],
  ['an archived channel', 410, 'channel_is_archived', 'archived'],
  ['a revoked token', 403, 'invalid_token', 'revoked'],
  ['an unknown refusal', 418, 'short_and_stout', 'Check the webhook URL'],
])('%s is explained and not tried again', async (_what, status, errorCode, remedy) => {
  slack.faults.push({ effect: { kind: 'status', status, errorCode } })
  const delivery = await deliver()
  expect(delivery).toEqual({ kind: 'not-delivered', error: expect.stringContaining(remedy) })
  expect(delivery).toEqual(expect.objectContaining({ error: expect.stringContaining(errorCode) }))
  expect(slack.requests).toHaveLength(1)
})

test('a message Slack would refuse is refused, and said to be our fault', async () => {
  const message = { ...MESSAGE, blocks: Array.from({ length: 51 }, () => ({ type: 'divider' as const })) }
  expect(await deliver({ message })).toMatchObject({
    kind: 'not-delivered',
    error: expect.stringContaining('invalid_blocks'),
  })
  expect(slack.messages).toHaveLength(0)
})

describe('never shows the webhook URL', () => {
  const secret = WEBHOOK_PATH.split('/').at(-1) ?? ''

  test('that an error page quotes', async () => {
    const body = `cannot reach ${slack.webhookUrl}, also known as https://hooks.slack.com${WEBHOOK_PATH}/x and services/T1/B1/other`
    for (const status of [400, 502]) {
      slack.faults.length = 0
      slack.faults.push({ effect: { kind: 'status', status, body } })
      expect(JSON.stringify(await deliver())).not.toContain(secret)
    }
  })

  test('that an error and its causes quote', async () => {
    const cause = new Error(`request to ${slack.webhookUrl} failed`, { cause: new Error(`POST ${WEBHOOK_PATH}`) })
    const fetch = () => Promise.reject(new TypeError('fetch failed', { cause }))
    const deps = { fetch, now: () => START, random: () => 0, sleep: async () => {}, redact: (text: string) => text }
    const delivery = await postToSlack(deps, slack.webhookUrl, MESSAGE)
    expect(delivery).toMatchObject({ kind: 'unknown', error: expect.stringContaining('fetch failed') })
    expect(JSON.stringify(delivery)).not.toContain(secret)
  })

  test('that is no URL at all', async () => {
    const delivery = await deliver({ url: `not a url ${secret}` })
    expect(delivery).toMatchObject({ error: expect.any(String) })
    expect(JSON.stringify(delivery)).not.toContain(secret)
  })
})

test.each(['<h1>Sign in</h1>', '', '{"ok":true}'])(
  'HTTP 200 with something else than "ok" is no delivery: %j',
  async (body) => {
    slack.faults.push({ effect: { kind: 'body', body, contentType: 'text/html' } })
    expect(await deliver()).toEqual({
      kind: 'unknown',
      error: expect.stringContaining('not with Slack\'s "ok"'),
    })
    expect(slack.requests).toHaveLength(1)
  },
)
