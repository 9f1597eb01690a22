import type { LimitsReading } from '../../collect/limits/limits.ts'
import { listing, plural } from '../../vocabulary/figures.ts'
import { MODEL_GROUP } from '../../vocabulary/limits/groups.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { matchGroups } from './match.ts'

/**
 * Answers that are hard to believe. `impossible`: against what the service promises; never believed. `doubtful`: a whole
 * kind of what was committed is gone; believed where a second reading says the same.
 */
export type Contradictions = { impossible: readonly string[]; doubtful: readonly string[] }

/** What a reading says against the API's documentation, and against the committed snapshot (null: there is none). */
export function contradictions(reading: LimitsReading, committed: Snapshot | null): Contradictions {
  const impossible = impossibleIn(reading)
  return { impossible, doubtful: impossible.length > 0 || !committed ? [] : doubtfulIn(reading, committed) }
}

function impossibleIn({ groups, allWorkspaces, hasDefault }: LimitsReading): string[] {
  const modelGroups = groups.filter(({ type }) => type === MODEL_GROUP)
  const cases: [isSo: boolean, what: string][] = [
    [groups.length === 0, 'The list of rate limits is empty, and every organization has some.'],
    [
      groups.length > 0 && groups.every(({ limits }) => Object.values(limits).every((value) => value === null)),
      'No rate-limit group has a limit with a value.',
    ],
    [
      modelGroups.length > 0 && modelGroups.every(({ models }) => models.length === 0),
      'No rate-limit group lists a model, and each model belongs to one.',
    ],
    [allWorkspaces.length === 0, 'The list of workspaces is empty, and the default workspace was asked for.'],
    [
      allWorkspaces.length > 0 && !hasDefault,
      'The list of workspaces lacks the default workspace, which every organization has and which was asked for.',
    ],
  ]
  return cases.flatMap(([isSo, what]) => (isSo ? [what] : []))
}

const NAMED = 3

function doubtfulIn({ groups, allWorkspaces, workspaces, unreadable }: LimitsReading, committed: Snapshot): string[] {
  const match = matchGroups(committed.groups, groups)
  const exists = new Set(allWorkspaces.map(({ id }) => id))
  const gone = committed.workspaces.filter(({ id }) => !exists.has(id))
  const capped = committed.workspaces.filter(({ overrides }) => overrides.length > 0)
  const read = new Set(workspaces.map(({ workspace }) => workspace.id))
  const readAndCapped = capped.filter(({ id }) => read.has(id))
  const kept = workspaces.filter(({ overrides }) => overrides.length > 0)
  const cases: [isSo: boolean, what: string][] = [
    [
      committed.groups.length > 1 && committed.groups.every((group) => !match.after(group)),
      'None of the committed rate-limit groups is listed any more.',
    ],
    [
      gone.length > 0,
      `${plural(gone.length, 'committed workspace')} ${gone.length === 1 ? 'is' : 'are'} not listed any more, not even as archived: ${listing(
        gone.map(({ name }) => name),
        NAMED,
      )}.`,
    ],
    [
      readAndCapped.length > 1 && kept.length === 0 && unreadable.length === 0,
      `None of the ${readAndCapped.length} workspaces that had limits of their own has any now.`,
    ],
  ]
  return cases.flatMap(([isSo, what]) => (isSo ? [what] : []))
}
