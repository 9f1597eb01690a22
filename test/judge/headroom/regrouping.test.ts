import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NO_POLICY } from '../../../src/collect/repository/committed.ts'
import { audited, judgeAll } from '../../../src/judge/by-api.ts'
import { limitsNow } from '../../../src/judge/limits/limits-now.ts'
import { metersFor } from '../../../src/judge/usage/meters-for.ts'
import type { DriftRow, VerdictRow } from '../../../src/report/report.ts'
import { driftRow, verdictRow } from '../../../src/report/rows.ts'
import { formatSnapshot, parseSnapshot, type Snapshot } from '../../../src/vocabulary/limits/snapshot.ts'
import { workspaceIdOf } from '../../../src/vocabulary/scope.ts'
import type { UsageRow } from '../../../src/vocabulary/use/usage-row.ts'
import { knownAlike, windowOf } from '../../../src/vocabulary/use/window.ts'
import { foldRows } from '../usage/fold-rows.ts'
import { heirs, setValue, type TwinUse, twinUse, withoutBorrowedNames } from './regrouping-twin.ts'
import { type Regrouping, type Request, regrouping, type State } from './regroupings.ts'

const START = Date.UTC(2026, 10, 22)
const DAY = 86_400_000
const WINDOW = windowOf(START, 1, 'day-before')
const THRESHOLDS = { watch: 0.5, alert: 0.75 }
/** All minutes are known; where they went is not what is asked here. */
const USAGE = {
  census: { window: [], earlier: [], refreshedAt: null },
  freshness: { known: knownAlike(WINDOW.end), refreshedAt: null },
  unreconciled: [],
  takesFilter: true,
  tail: null,
}

/** Limits and rows the way of the audit, as far as verdicts and drift. */
function audit({ before, after, requests }: Regrouping): { verdicts: VerdictRow[]; drift: DriftRow[] } {
  const groups = modelGroups(after)
  const workspaces = after.workspaces.map(({ id, overrides }) => ({
    workspace: { id, name: id, archived: false },
    overrides: Object.entries(overrides).map(([name, own]) => ({
      ...groups.find((group) => group.name === name)!,
      limits: own,
    })),
  }))
  const reading = {
    groups,
    allWorkspaces: workspaces.map(({ workspace }) => workspace),
    workspaces,
    unreadable: [],
    hasDefault: true,
  }
  const file = formatSnapshot(snapshotOf(before))
  const committed = parseSnapshot(file, 'the committed snapshot')
  const limits = limitsNow(reading, committed, { workspaces: 'all', models: [], groupTypes: [] })
  const meters = metersFor(limits, WINDOW)
  const rows = requests.map(rowOf)
  const ofOrganization = rows.map((row) => ({ ...row, workspaceId: null }))
  foldRows(meters, ofOrganization, rows)
  const known = {
    ...{ limits, meters, usage: USAGE, source: 'analytics' as const },
    ...{ window: WINDOW, thresholds: THRESHOLDS, peakWindow: 'minute' as const, policy: NO_POLICY },
  }
  const verdicts = judgeAll(known)
  const learnt = {
    verdicts,
    problem: null,
    spending: { tier: null, spend: null, problem: null },
    whatIf: null,
    budgets: { budgets: null, problem: null },
    activities: null,
    confirmed: [],
    hot: null,
  }
  const { drift } = audited(known, {
    ...learnt,
    committed: { kind: 'read', snapshot: committed, policy: NO_POLICY, before: null },
  })
  return { verdicts: verdicts.map(verdictRow), drift: drift.map(driftRow) }
}

function modelGroups({ groups }: State) {
  const ids = { entryId: null, groupId: null }
  return groups.map(({ name, models, limits }) => ({
    ...ids,
    type: 'model_group',
    name,
    models: [...models].sort(),
    limits,
  }))
}

function snapshotOf(state: State): Snapshot {
  const override = (name: string, limits: Record<string, number>) => ({ type: 'model_group', name, models: [], limits })
  return {
    groups: modelGroups(state),
    workspaces: state.workspaces.map(({ id, overrides }) => ({
      ...{ id, name: id },
      overrides: Object.entries(overrides).map(([name, limits]) => override(name, limits)),
    })),
  }
}

function rowOf({ day, minute, workspace, model, output, uncached, cacheRead }: Request): UsageRow {
  return {
    ...{ at: START + day * DAY + minute * 60_000, model, workspaceId: workspace, apiKeyId: null },
    ...{ serviceTier: 'standard', speed: 'standard', product: 'messages_api', requests: 1 },
    ...{
      uncachedInput: uncached,
      cacheCreation: 0,
      cacheRead,
      output,
      webSearches: 0,
      organizationId: null,
      unknownTokens: 0,
    },
  }
}

const bandOf = (use: TwinUse) => {
  if (!use) return null
  if (use.utilization >= THRESHOLDS.alert) return 'alert'
  return use.utilization >= THRESHOLDS.watch ? 'watch' : 'ok'
}

test('for 1,000 random regroupings the time before and every consequence equal those of a twin that replays each snapshot over single requests', () => {
  const seen = { previous: 0, unknown: 0, before: 0, after: 0, ofWorkspaces: 0, crossing: 0, regrouped: 0 }
  fc.assert(
    fc.property(regrouping.map(withoutBorrowedNames), (world) => {
      const { before, after, requests } = world
      const { verdicts, drift } = audit(world)
      const heir = heirs(world)

      for (const { scope, group, limiter, previous, transition, band } of verdicts) {
        const id = workspaceIdOf(scope)
        const old = heir.get(group.name)?.name
        const wasSet = old !== undefined && setValue(before, id, old, limiter) !== null
        const expected = wasSet ? twinUse(before, requests, -1, id, old, limiter) : null
        expect(previous).toEqual(expected && { ...expected, band: bandOf(expected) })
        if (!wasSet) expect(transition).toBe(band === 'ok' ? null : 'new')
        seen.previous += Number(wasSet)
        seen.unknown += Number(!wasSet)
      }

      for (const item of drift) {
        for (const each of item.consequences) {
          const id = workspaceIdOf(each.scope)
          const isNow = after.groups.some(({ name }) => name === each.group.name)
          const old = isNow ? heir.get(each.group.name)?.name : each.group.name
          const oldLimiter = item.limiter !== null && item.from !== null ? item.from : each.limiter
          expect(each.before).toEqual(old === undefined ? null : twinUse(before, requests, 0, id, old, oldLimiter))
          expect(each.after).toEqual(isNow ? twinUse(after, requests, 0, id, each.group.name, each.limiter) : null)
          const today = verdicts.find(
            (row) =>
              workspaceIdOf(row.scope) === id && row.group.name === each.group.name && row.limiter === each.limiter,
          )
          if (today)
            expect(each.after).toEqual({ limit: today.limit, peak: today.peak, utilization: today.utilization })
          seen.before += Number(each.before !== null)
          seen.after += Number(each.after !== null)
          seen.ofWorkspaces += Number(id !== null)
          seen.crossing += Number((each.before?.utilization ?? 0) < 0.75 && (each.after?.utilization ?? 0) >= 0.75)
        }
        // Both homes of a model that moves are there, with each limiter they have.
        if (item.model !== null) {
          const homes = [before, after].flatMap(({ groups }) =>
            groups.filter(({ models }) => models.includes(item.model!)),
          )
          const limiters = homes.flatMap((home) => Object.keys(home.limits))
          expect(item.consequences.map(({ limiter }) => limiter)).toEqual(expect.arrayContaining(limiters))
          seen.regrouped++
        }
      }
    }),
    { numRuns: 1_000 },
  )
  // The comparison is worth something only if the random worlds reach every kind of it.
  for (const [kind, count] of Object.entries(seen)) expect(count, kind).toBeGreaterThan(100)
}, 60_000)
