import { describeError } from '../../errors.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import type { Census } from '../usage/census.ts'
import type { Range, UsageReader } from '../usage/usage-reader.ts'
import { readMinutesOf, type UseOf } from './minutes-of.ts'

/**
 * Reads some of the use by the minute, and hands each row to `fold` once. What is made of it (`what`) is a help, not the
 * verdict: where the minutes cannot be read, the reason is returned, and the audit stands without it.
 */
export async function collectUses(
  what: string,
  uses: readonly { of: UseOf; isNew: (row: UsageRow) => boolean }[],
  given: { reader: UsageReader; span: Range; census: Census; takesFilter: boolean },
  fold: (rows: readonly UsageRow[]) => void,
): Promise<string | null> {
  try {
    for (const { of, isNew } of uses) await readMinutesOf(of, given, (rows) => fold(rows.filter(isNew)))
    return null
  } catch (error) {
    return `${what} could not be worked out: ${describeError(error)}`
  }
}
