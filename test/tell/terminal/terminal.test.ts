import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { renderTerminal } from '../../../src/tell/terminal/terminal-report.ts'
import { isMeasured } from '../../../src/tell/words/select.ts'
import { EXAMPLES, type Example, manyAlerts } from '../examples.ts'
import { expectGolden } from '../golden.ts'

const examples = (Object.entries(EXAMPLES) as [string, Example][]).flatMap(([name, example]) =>
  'blind' in example ? [] : [{ name, report: example.report }],
)
const plain = { columns: 80, colour: false }
const busy = EXAMPLES['first-alert'].report

/** Each as it is shown in 80 columns without colour: the largest takes a third of a second. */
const shown = new Map(examples.map(({ report }) => [report, renderTerminal(report, [], plain)]))

/** As `less` and a person read it: no escape but those for colours, and none of what others wrote. */
const linesOf = (text: string) => text.trimEnd().split('\n')

describe.each([72, 80, 120, 200])('in %d columns', (columns) => {
  test.each(examples)('no line of $name is broken, in colour or without', ({ report }) => {
    for (const colour of [false, true]) {
      const text = renderTerminal(report, ['a limit is over the alert line (fail-on: alert)'], { columns, colour })
      const lines = linesOf(stripVTControlCharacters(text))
      expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([])
      expect(lines.filter((line) => /\p{Cc}/u.test(line))).toEqual([])
      expect(lines.filter((line) => /undefined|NaN|null|\[object/.test(line))).toEqual([])
    }
  })
})

test.each(examples)('$name in colour says what it says without', ({ report }) => {
  const coloured = renderTerminal(report, [], { columns: 80, colour: true })
  expect(stripVTControlCharacters(coloured)).toBe(shown.get(report))
})

test('without colour there is no escape at all', () => {
  for (const text of shown.values()) expect(text).not.toContain('\u001b')
})

test('a name cannot colour, move the cursor or begin a line', () => {
  const [first, ...rest] = busy.verdicts
  const hostile = { ...first!, group: { type: 'model_group', name: '\u001b[2J\u001b[31mred\nalert  999 %' } }
  const text = renderTerminal({ ...busy, verdicts: [hostile, ...rest] }, [], plain)
  expect(text).not.toContain('\u001b')
  expect(linesOf(text).filter((line) => line.startsWith('alert  999'))).toEqual([])
})

test('a name without a blank goes on in the next line, whatever its length and script', () => {
  const [first, ...rest] = busy.verdicts.toSorted((a, b) => (b.utilization ?? 0) - (a.utilization ?? 0))
  for (const name of ['x'.repeat(90), '機'.repeat(60), '👩‍👩‍👧'.repeat(20)]) {
    const long = { ...first!, group: { type: 'model_group', name } }
    for (const colour of [false, true]) {
      const text = stripVTControlCharacters(
        renderTerminal({ ...busy, verdicts: [long, ...rest] }, [], { columns: 80, colour }),
      )
      const seen = [...linesOf(text).join('').replaceAll(/\s/g, '')].filter((character) =>
        [...name].includes(character),
      )
      expect(seen.length).toBeGreaterThanOrEqual([...name].length)
      expect(linesOf(text).filter((line) => stringWidth(line) > 80)).toEqual([])
    }
  }
})

describe('what was asked about the future', () => {
  const [first] = busy.verdicts.filter(isMeasured)
  const { scope, group, limiter } = first!
  const side = (utilization: number) => ({ limit: 100, peak: 100 * utilization, peak_at: first!.peak_at, utilization })
  const hostile = '\u001b[31mbot\nalert  999 %'
  const asked = {
    ...busy,
    what_if: {
      changes: [`${hostile} × 2`],
      rows: [
        {
          scope,
          group,
          limiter,
          before: side(0.4),
          after: side(0.8),
          lower_bound: true,
          crosses: [{ line: 'alert' as const, at: first!.peak_at }],
        },
      ],
    },
    budgets: [{ workspace: { id: 'w', name: hostile }, group, limiter, cap: 533, share: 0.666, minutes_over: 22 }],
  }

  test.each([72, 80, 120])('fits %i columns, and a name of others breaks nothing', (columns) => {
    const text = renderTerminal(asked, [], { columns, colour: false })
    const lines = linesOf(text)
    expect(text).not.toContain('\u001b')
    expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([])
    expect(lines.filter((line) => line.startsWith('alert  999'))).toEqual([])
    const flat = text.replaceAll(/\s+/g, ' ')
    expect(flat).toMatch(/≥ 40 % ≥ 80 % .*would reach the alert line \(/)
    expect(flat).toMatch(/533 66\.6 % 22 /)
  })

  test('is answered where there is nothing to say, too', () => {
    const none = { ...busy, what_if: { changes: ['bot × 2'], rows: [] }, budgets: [] }
    const text = renderTerminal(none, [], plain)
    expect(text).toContain('No limit that was measured would be used otherwise.')
    expect(text).toContain('None: no limit per minute is in watch or alert')
    expect(renderTerminal(busy, [], plain)).not.toMatch(/What if|Budgets/)
  })
})

test('the worst rows come first, and of the quiet ones the nearest', () => {
  const shares = linesOf(renderTerminal(busy, [], plain)).flatMap((line) => {
    const [, band, share] = /^(alert|watch|ok) +(?:≥ )?([\d.]+) %/.exec(line) ?? []
    return band ? [Number(share)] : []
  })
  expect(shares.length).toBeGreaterThan(5)
  expect(shares).toEqual(shares.toSorted((a, b) => b - a))
  expect(shares[0]).toBe(Math.max(...busy.verdicts.filter(isMeasured).map((row) => row.utilization * 100)))
})

test('every alert has its row, however many there are', () => {
  const text = renderTerminal(manyAlerts(60), [], { columns: 100, colour: false })
  expect(linesOf(text).filter((line) => line.startsWith('alert'))).toHaveLength(60)
})

test('the verdict is the last thing said, with why the command fails', () => {
  const lines = linesOf(renderTerminal(busy, ['a limit is over the alert line (fail-on: alert)'], plain))
  const at = lines.findIndex((line) => line.startsWith('🔴 '))
  expect(lines.length - at).toBeLessThanOrEqual(6)
  expect(lines[at]).toMatch(/limits at or over 75 %, highest 104 %/)
  expect(lines.at(-1)).toBe('   Exit code 1: a limit is over the alert line (fail-on: alert).')
})

test.each(['first-alert', 'incident', 'quiet-hour'] as const)('%s reads as its golden file', (name) =>
  expectGolden(`${name}.terminal.golden.txt`, renderTerminal(EXAMPLES[name].report, [], plain)),
)

test('in an incident the last lines say who it is, and up to when that is known', () => {
  const lines = linesOf(renderTerminal(EXAMPLES.incident.report, [], plain))
    .slice(-4)
    .join(' ')
    .replaceAll(/\s+/g, ' ')
  expect(lines).toContain('mostly API key checkout-assistant. Known until 14:14 UTC in tokens, 13:55 UTC in requests.')
})
