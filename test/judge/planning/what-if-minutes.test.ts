import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WhatIfChange } from '../../../src/inputs/what-if-lines.ts'
import { createWhatIf } from '../../../src/judge/planning/what-if-minutes.ts'
import { inUse, scenarioOf } from '../../../src/judge/planning/what-if-scenario.ts'
import type { UsageRow } from '../../../src/vocabulary/use/usage-row.ts'
import { audited, DAY, END, MODELS, type RandomUse, randomUse, twinAmount, WORKSPACES } from './random-use.ts'

const workspaces = WORKSPACES.map((id) => ({ id, name: `team ${id.at(-1)}`, archived: false }))
const scaled = (workspace: string, factor: number): WhatIfChange => ({
  ...{ kind: 'workspace', workspace, factor },
  text: `${workspace} × ${factor}`,
})
const moved = (from: string, to: string, factor: number): WhatIfChange => ({
  ...{ kind: 'model', from, to, factor },
  text: `${from} → ${to} × ${factor}`,
})

/** Halves and quarters, so that every sum is exact. */
const factors = fc.constantFrom(0, 0.25, 0.5, 1, 1.25, 2, 10)
const changes = fc
  .record({
    ofWorkspaces: fc.uniqueArray(fc.tuple(fc.constantFrom(...workspaces), fc.boolean(), factors), {
      selector: ([workspace]) => workspace,
      maxLength: 2,
    }),
    ofModels: fc.uniqueArray(fc.tuple(fc.constantFrom(...MODELS), fc.constantFrom(...MODELS), factors), {
      selector: ([from]) => from,
      maxLength: 2,
    }),
  })
  .map(({ ofWorkspaces, ofModels }) => [
    ...ofWorkspaces.map(([{ id, name }, byName, by]) => scaled(byName ? name : id, by)),
    ...ofModels.filter(([from, to]) => from !== to).map(([from, to, by]) => moved(from, to, by)),
  ])

/** The service's part: the rows of each use that is asked for, some at a time. */
function answered(world: RandomUse, lines: readonly WhatIfChange[]) {
  const { window, judged, meters, verdicts } = audited(world)
  const { groups, rows, thresholds } = world
  const scenario = scenarioOf(lines, { groups, workspaces, inUse: inUse(rows) })
  const meter = createWhatIf(scenario, { limiters: judged, groups, window })
  for (const { of, isNew } of scenario.uses) {
    const asked = rows.filter(
      ({ model, workspaceId }) =>
        (of.models === null || of.models.includes(model ?? '')) &&
        (of.workspaceIds === null || of.workspaceIds.includes(workspaceId ?? '')),
    )
    for (const row of asked.filter(isNew)) meter.fold([row])
  }
  return meter.judge(verdicts, meters, { known: { tokens: END, requests: END }, thresholds, peakWindow: 'minute' })
}

/** By the definition: each single row changed by every line that speaks of it, then every minute added up afresh. */
function twin({ days, limits, rows, thresholds }: RandomUse, lines: readonly WhatIfChange[]) {
  const isOf = (row: UsageRow, line: WhatIfChange) =>
    line.kind === 'model'
      ? row.model === line.from
      : workspaces.some(({ id, name }) => id === row.workspaceId && (id === line.workspace || name === line.workspace))
  const would = rows.map((row) => {
    const mine = lines.filter((line) => isOf(row, line))
    const by = mine.reduce((product, line) => product * line.factor, 1)
    const to = mine.find((line) => line.kind === 'model')
    const amounts = Object.entries(row).map(([key, value]) => [
      key,
      typeof value === 'number' && key !== 'at' ? value * by : value,
    ])
    return { ...(Object.fromEntries(amounts) as UsageRow), model: to?.kind === 'model' ? to.to : row.model }
  })
  return limits.flatMap((limit) => {
    const span = limit.limiter === 'tokens_per_day' ? DAY : 60_000
    const per = limit.limiter === 'tool_uses_per_second' ? 60 : 1
    const totals = (some: readonly UsageRow[]) => {
      const found: [number, number][] = []
      for (let at = END - days * DAY; at < END; at += DAY) {
        const starts = [
          ...new Set(some.map((row) => row.at - (row.at % span)).filter((start) => start >= at && start < at + DAY)),
        ]
        for (const start of starts.sort((a, b) => a - b)) {
          let total = 0
          for (const row of some) if (row.at >= start && row.at < start + span) total += twinAmount(row, limit)
          found.push([start, total])
        }
      }
      return found
    }
    const touches = rows.some(
      (row, index) =>
        lines.some((line) => isOf(row, line)) && (twinAmount(row, limit) > 0 || twinAmount(would[index]!, limit) > 0),
    )
    if (!touches) return []
    const side = (some: readonly UsageRow[]) => {
      let best: [number, number] = [END - days * DAY, 0]
      for (const one of totals(some)) if (one[1] > best[1]) best = one
      return { peakAt: best[0], peak: best[1] / per, utilization: best[1] / (per * limit.limit) }
    }
    const [before, after] = [side(rows), side(would)]
    const crosses = (
      [
        ['watch', thresholds.watch],
        ['alert', thresholds.alert],
        ['limit', 1],
      ] as const
    ).flatMap(([line, ratio]) => {
      const at = totals(would).find(([, total]) => total / (per * limit.limit) >= ratio)?.[0]
      return before.utilization >= ratio || at === undefined ? [] : [{ line, at }]
    })
    return [{ scope: limit.scope, group: limit.group.name, limiter: limit.limiter, before, after, crosses }]
  })
}

test('for 500 random organizations and changes it equals a twin that changes every single row', () => {
  const seen = { rows: 0, crossing: 0, overlapping: 0, falling: 0 }
  fc.assert(
    fc.property(randomUse(1, 2), changes, (world, lines) => {
      const actual = answered(world, lines)
      const expected = twin(world, lines)
      const plain = actual.rows.map(({ scope, group, limiter, before, after, crosses }) => ({
        ...{ scope, group: group.name, limiter },
        before: { peakAt: before.peakAt, peak: before.peak, utilization: before.utilization },
        after: { peakAt: after.peakAt, peak: after.peak, utilization: after.utilization },
        crosses,
      }))
      const ordered = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort()
      expect(ordered(plain)).toEqual(ordered(expected))
      const utilizations = actual.rows.map(({ after }) => after.utilization)
      expect(utilizations).toEqual(utilizations.toSorted((a, b) => b - a))
      seen.rows += expected.length
      seen.crossing += expected.filter(({ crosses }) => crosses.length > 0).length
      seen.falling += expected.filter(({ before, after }) => after.utilization < before.utilization).length
      seen.overlapping += Number(new Set(lines.map(({ kind }) => kind)).size === 2)
    }),
    { numRuns: 500 },
  )
  for (const [kind, count] of Object.entries(seen)) expect(count, kind).toBeGreaterThan(20)
})

describe('the scenario of the lines', () => {
  const groups = [{ type: 'model_group', name: 'Opus', models: ['claude-opus-4-5', 'claude-opus-5'], limits: {} }]
  const used = { models: ['claude-opus-4-5', 'claude-opus-4-5-20251101'], workspaceIds: new Set(['wrkspc_0']) }
  const of = (...lines: WhatIfChange[]) => scenarioOf(lines, { groups, workspaces, inUse: used })

  test('takes the dated IDs of a model with it, and asks for no more than the use it names', () => {
    const { uses, changes: held, findings } = of(moved('claude-opus-4-5', 'claude-opus-5', 2), scaled('team 0', 3))
    expect(uses.map((use) => use.of)).toEqual([
      { models: null, workspaceIds: ['wrkspc_0'] },
      { models: ['claude-opus-4-5', 'claude-opus-4-5-20251101'], workspaceIds: null },
    ])
    expect(held).toEqual(['claude-opus-4-5 → claude-opus-5 × 2', 'team 0 × 3'])
    expect(findings).toEqual([])
  })

  test.each([
    [scaled('nobody', 2), 'nobody is no active workspace'],
    [scaled('team 1', 2), 'no use in the window bears the ID of team 1'],
    [moved('claude-opus-4-5', 'claude-opus-6', 1), 'no rate-limit group lists claude-opus-6'],
    [moved('claude-opus-5', 'claude-opus-4-5', 1), 'claude-opus-5 was not used in the window'],
  ])('leaves out a line that names what is not there, and says so', (line, why) => {
    const { uses, changes: held, findings } = of(line)
    expect([uses, held]).toEqual([[], []])
    expect(findings).toMatchObject([{ kind: 'what-if', message: expect.stringContaining(why) }])
  })
})
