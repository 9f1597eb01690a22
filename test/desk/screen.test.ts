import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { type Output, screenOf, statusLine } from '../../src/desk/screen.ts'

function terminal(columns = 80): { stream: Output; written: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns, hasColors: () => true })
  return { stream: stream as Output, written: () => String(stream.read() ?? '') }
}

test.each([
  [true, {}, true],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, true],
  [false, {}, false],
  [false, { FORCE_COLOR: '1' }, true],
  [false, { FORCE_COLOR: '0' }, false],
])('a stream that is a terminal: %j, with %j, has colours: %j', (isTTY, env, colour) => {
  const stream = isTTY ? terminal().stream : new PassThrough()
  expect(screenOf(stream, env).colour).toBe(colour)
})

test('a terminal has its width, a pipe 80 columns', () => {
  expect(screenOf(terminal(132).stream, {}).columns).toBe(132)
  expect(screenOf(new PassThrough(), {}).columns).toBe(80)
})

test('what a run is doing takes one line of the terminal, never two', () => {
  const { stream, written } = terminal(20)
  statusLine(stream).show('Read 12 of about 40 pages of 日本語 usage.')
  expect(written().split('\u001b').at(-1)).toMatch(/^\[2KRead 12 of about 40$/)
})

test('a stream that is no terminal gets no such line', () => {
  const stream = new PassThrough()
  const status = statusLine(stream)
  status.show('Limits …')
  status.clear()
  expect(stream.read()).toBeNull()
})
