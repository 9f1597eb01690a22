import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SlackEmulator, startSlack } from './slack.ts'

let slack: SlackEmulator
beforeAll(async () => {
  slack = await startSlack()
})
afterAll(() => slack.stop())

const post = async (body: string, url = slack.webhookUrl) => {
  const response = await fetch(url, { method: 'POST', body })
  return `${response.status} ${await response.text()}`
}

test('answers as Slack does', async () => {
  expect(await post('{"text":"hello"}')).toBe('200 ok')
  expect(await post('{"blocks":[{"type":"divider"}]}')).toBe('200 ok')
  expect(slack.messages).toHaveLength(2)
  expect(await post('not json')).toBe('400 invalid_payload')
  expect(await post('["text"]')).toBe('400 invalid_payload')
  expect(await post('{}')).toBe('400 no_text')
  expect(await post('{"text":""}')).toBe('400 no_text')
  expect(await post('{"text":"x","blocks":[{"type":"section"}]}')).toBe('400 invalid_blocks')
  expect(await post('{"text":"x"}', `${slack.url}/services/T0/B0/other`)).toBe('404 no_service')
  expect(slack.messages).toHaveLength(2)
})

test('throttles with the time to wait, and keeps nothing', async () => {
  slack.faults.push({ effect: { kind: 'status', status: 429, retryAfter: 30 }, times: 1 })
  const response = await fetch(slack.webhookUrl, { method: 'POST', body: '{"text":"x"}' })
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '30'])
})
