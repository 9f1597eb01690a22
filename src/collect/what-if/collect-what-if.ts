import { describeError } from '../../errors.ts'
import type { UsageRow } from '../../vocabulary/usage-row.ts'
import type { Census } from '../usage/census.ts'
import type { Range, UsageReader } from '../usage/usage-reader.ts'
import { readMinutesOf, type UseOf } from './minutes-of.ts'

/**
 * Reads the use that the input what-if speaks of, by the minute, and hands each row to `fold` once. What if is a help, not
 * the verdict: where its minutes cannot be read, the reason is returned, and the audit stands without it.
 */
export async function collectWhatIf(
  uses: readonly { of: UseOf; isNew: (row: UsageRow) => boolean }[],
  given: { reader: UsageReader; span: Range; census: Census; takesFilter: boolean },
  fold: (rows: readonly UsageRow[]) => void,
): Promise<string | null> {
  try {
    for (const { of, isNew } of uses) await readMinutesOf(of, given, (rows) => fold(rows.filter(isNew)))
    return null
  } catch (error) {
    return `What if could not be worked out: ${describeError(error)}`
  }
}
