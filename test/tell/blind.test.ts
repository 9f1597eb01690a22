import { expect, test } from 'vitest'
import { renderBlindSlack, renderBlindSummary, renderRefusedSummary } from '../../src/tell/blind.ts'
import { EXAMPLES, LINKS } from './examples.ts'

const { blind } = EXAMPLES.blind
const both = (source: 'api' | 'headers') => [
  renderBlindSummary({ ...blind, source }, LINKS),
  JSON.stringify(renderBlindSlack({ ...blind, source }, LINKS)),
]

test.each(both('api'))('a blind run says why, since when, and how to make up for it: %#', (text) => {
  expect(text).toContain('the audit is blind')
  expect(text).toContain('answered 401')
  expect(text).toContain('blind since 2026-11-22 00:00 UTC, longer if the run before failed too')
  expect(text).toContain('`date: 2026-11-22`')
  expect(text).toContain('Anthropic keeps the usage, so nothing is lost')
  expect(text).not.toContain('🟢')
})

test.each(both('headers'))('one without a log does not promise that nothing is lost: %#', (text) => {
  expect(text).toContain('what was not logged cannot be read later')
  expect(text).not.toContain('nothing is lost')
})

test('a run that is refused names each problem on a line of its own, and what was given cannot format or mention', () => {
  const summary = renderRefusedSummary(
    '2 inputs are not valid; nothing was read or sent.\n- base: got "@team"\n- date: got "<b>"',
  )
  expect(summary.split('\n')).toEqual([
    '## ⚪ Claude rate limits: the audit did not begin',
    '',
    '2 inputs are not valid; nothing was read or sent.',
    '',
    expect.stringMatching(/^- base/),
    expect.stringMatching(/^- date/),
    '',
  ])
  expect(summary).not.toMatch(/@team|<b>/)
})
