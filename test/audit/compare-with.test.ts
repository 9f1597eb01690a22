import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { group, usage, workspace, world } from '../emulator/world/world.ts'
import { asScheduled, type Services, startServices } from './harness.ts'

/** What new and recovered compare with, over a week that ends with 2026-11-22. */

const OUTPUT = 'output_tokens_per_minute'
const one = (name: string, model: string) => group({ name, models: [model], limits: { [OUTPUT]: 100 } })
const burst = (day: string, model: string) => usage({ at: `${day}T14:05:00Z`, model, output: 90 })

let services: Services
beforeEach(async () => {
  services = await startServices(
    world({
      groups: [one('Claude Opus', 'claude-opus-5'), one('Claude Sonnet', 'claude-sonnet-5')],
      workspaces: [workspace({ name: 'production' })],
      usage: [burst('2026-11-19', 'claude-opus-5'), burst('2026-11-13', 'claude-sonnet-5')],
    }),
  )
})
afterEach(() => services.stop())

const week = (compareWith?: string) =>
  services.run({ 'lookback-days': '7', ...(compareWith && { 'compare-with': compareWith }) })
const transitions = ({ report }: Awaited<ReturnType<typeof week>>) =>
  Object.fromEntries(report.verdicts.map((row) => [row.group.name, row.transition]))
/** Days of which usage per minute was asked for. */
const daysAsked = () =>
  services.anthropic.requests
    .filter(({ path, query }) => path.endsWith('/usage') && !query.getAll('group_by[]').includes('api_key_id'))
    .map(({ query }) => query.get('starting_at')!.slice(0, 10))
    .sort()

test('with the window before, a burst four days ago is new this week, and one ten days ago has recovered', async () => {
  const run = await week('window-before')
  expect(transitions(run)).toEqual({ 'Claude Opus': 'new', 'Claude Sonnet': 'recovered' })
  expect(run.report.window.compared_with).toEqual({ start: '2026-11-09T00:00:00Z', end: '2026-11-16T00:00:00Z' })
  expect(run.summary).toContain('Recovered since the 7 days before')
  expect(daysAsked()[0]).toBe('2026-11-09')
})

test('with the day before, the window one day earlier already had the burst', async () => {
  const run = await week()
  expect(transitions(run)).toEqual({ 'Claude Opus': 'continuing', 'Claude Sonnet': null })
  expect(run.report.window.compared_with).toEqual({ start: '2026-11-15T00:00:00Z', end: '2026-11-22T00:00:00Z' })
})

test('with none nothing before the window is read, and what is over a line is new', async () => {
  const run = await week('none')
  expect(transitions(run)).toEqual({ 'Claude Opus': 'new', 'Claude Sonnet': null })
  expect(run.report.window.compared_with).toBeNull()
  expect(daysAsked()[0]).toBe('2026-11-16')
})

test('of a single day, the window before is the day before', async () => {
  await services.run({ 'compare-with': 'window-before' })
  expect(daysAsked()[0]).toBe('2026-11-21')
})

test('another value stops the run before any request', async () => {
  const run = await week('last-week')
  expect(run.code).toBe(1)
  expect(run.log).toContain('compare-with: got "last-week"; accepted: day-before | window-before | none')
  expect(services.anthropic.requests).toEqual([])
})

test('the weekly review of the docs compares weeks', async () => {
  const workflow = parse(await readFile(new URL('../../docs/workflows/weekly-review.yml', import.meta.url), 'utf8'))
  const { 'anthropic-admin-key': _, 'slack-webhook-url': __, ...inputs } = workflow.jobs.review.steps[0].with
  const { report } = await services.run(asScheduled(inputs))
  expect(report.verdicts.map(({ transition }) => transition)).toEqual(['new', 'recovered'])
})
