import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { alertsOutput } from '../../src/deliver/outputs.ts'
import type { Report } from '../../src/report/report.ts'
import { isMeasured, ofBand } from '../../src/tell/words/select.ts'
import { manyAlerts } from '../tell/examples.ts'

/** A month of hours for each row, as a report of 31 days has it. */
const HOURS = Array.from({ length: 31 * 24 }, (_, hour) => ({ hour, peak: 1_000_000 + hour }))
const overAMonth = (alerts: number, nameLength = 8): Report => {
  const report = manyAlerts(alerts)
  return {
    ...report,
    verdicts: report.verdicts.filter(isMeasured).map((row) => ({
      ...row,
      hourly: HOURS.map(({ peak }) => peak),
      scope:
        row.scope.type === 'workspace' ? { ...row.scope, name: row.scope.name.padEnd(nameLength, 'é') } : row.scope,
    })),
  }
}
const bytes = (text: string) => Buffer.byteLength(text)

test('33 alerts over 31 days are rows without hours, small enough for the environment of a step', () => {
  const { text, leftOut } = alertsOutput(overAMonth(33))
  const rows = JSON.parse(text)
  expect(leftOut).toBe(0)
  expect(rows).toHaveLength(33)
  expect(rows.every((row: object) => !('hourly' in row))).toBe(true)
  expect(execFileSync('/bin/sh', ['-c', 'printf %s "$ALERTS"'], { env: { ALERTS: text } }).toString()).toBe(text)
})

test('at most 50 rows, worst first, and how many were left out', () => {
  const report = overAMonth(500)
  const alerts = ofBand(report, 'alert')
  const { text, leftOut } = alertsOutput(report)
  const shares = JSON.parse(text).map(({ utilization }: { utilization: number }) => utilization)
  expect(shares).toHaveLength(50)
  expect(leftOut).toBe(alerts.length - 50)
  expect(shares).toEqual(
    alerts
      .map(({ utilization }) => utilization)
      .sort((a, b) => b - a)
      .slice(0, 50),
  )
})

test('at most 64 kB, counted in bytes, in whole rows', () => {
  const report = overAMonth(60, 3_000)
  const alerts = ofBand(report, 'alert')
  const { text, leftOut } = alertsOutput(report)
  expect(bytes(text)).toBeLessThanOrEqual(64_000)
  const rows = JSON.parse(text)
  expect(rows.length).toBeGreaterThan(5)
  expect(rows.length + leftOut).toBe(alerts.length)
  const largest = Math.max(...rows.map((row: object) => bytes(JSON.stringify(row))))
  expect(bytes(text) + largest + 1).toBeGreaterThan(64_000)
})

test('a single row that is too large leaves an empty list, and is said to be left out', () => {
  const { text, leftOut } = alertsOutput(overAMonth(3, 70_000))
  expect(JSON.parse(text).length).toBeLessThan(3)
  expect(leftOut).toBeGreaterThan(0)
})
