import { describe, expect, test } from 'vitest'
import { renderSummary } from '../../../src/tell/summary/summary.ts'
import { markdownText } from '../../../src/tell/words/escape.ts'
import { measured, ofBand } from '../../../src/tell/words/select.ts'
import { LINKS, manyAlerts } from '../examples.ts'

/** What must hold of a summary that is too long for anybody to read as a whole. */

/** The lines of one part, from its heading to the next of the same level or above. */
function part(summary: string, heading: string): string[] {
  const lines = summary.split('\n')
  const from = lines.indexOf(heading)
  expect(from, heading).toBeGreaterThan(0)
  const level = heading.split(' ')[0]?.length ?? 0
  const to = lines.findIndex((line, index) => index > from && new RegExp(`^#{1,${level}} `).test(line))
  return lines.slice(from + 1, to === -1 ? undefined : to)
}

const rowsOf = (lines: readonly string[]) => lines.filter((line) => /^\| .*&nbsp;(alert|watch|ok)/.test(line))
const asRead = (line: string) => line.replaceAll('&nbsp;', ' ')

describe.each([0, 1, 50, 500])('the summary of %i alerts', (number) => {
  const report = manyAlerts(number)
  const alerts = ofBand(report, 'alert')
  const summary = renderSummary(report, LINKS, null)
  const scorecard = part(summary, '### Scorecard')

  test('says in its first line how many there are and the highest of them', () => {
    const title = asRead(summary.split('\n')[0] ?? '')
    if (number === 0) expect(title).toMatch(/^## (🟢|🟡) /)
    else expect(title).toMatch(new RegExp(`^## 🔴 Claude rate limits: ${number} limits? at or over 75 %, highest `))
  })

  test('has a row of the scorecard for each measured limit, and no other', () => {
    expect(rowsOf(scorecard)).toHaveLength(measured(report).length)
    expect(rowsOf(scorecard).filter((line) => line.includes('🔴&nbsp;alert'))).toHaveLength(alerts.length)
  })

  test('names the workspace of every alert in its row, the highest first', () => {
    const named = alerts.flatMap(({ scope }) => (scope.type === 'workspace' ? [markdownText(scope.name)] : []))
    const rows = rowsOf(scorecard).filter((line) => line.startsWith('| ') && line.includes('🔴&nbsp;alert'))
    const inRows = rows.flatMap((line) => named.filter((name) => line.startsWith(`| ${name}: `)))
    expect(inRows).toEqual(named)
  })

  test('explains at most forty peaks with twelve charts, worst first, and counts the others', () => {
    const all = alerts.length + ofBand(report, 'watch').length
    if (all === 0) return expect(summary).not.toContain('### Peaks')
    const peaks = part(summary, '### Peaks').filter((line) => line.startsWith('#### '))
    expect(peaks).toHaveLength(Math.min(40, all))
    expect(summary.split('xychart-beta').length - 1).toBeLessThanOrEqual(12)
    const shares = peaks.map((line) => Number(/: (?:at least )?([\d.]+) %$/.exec(asRead(line))?.[1]))
    const ofAlerts = shares.slice(0, Math.min(40, alerts.length))
    expect(ofAlerts).toEqual(ofAlerts.toSorted((a, b) => b - a))
    if (all > 40) expect(summary).toContain(`${all - 40} more peak`)
  })

  test('stays below the size beyond which GitHub shows nothing', () => {
    expect(Buffer.byteLength(summary)).toBeLessThan(1_048_576)
  })
})
