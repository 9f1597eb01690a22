import { describeError } from '../../errors.ts'
import type { Drivers } from '../../vocabulary/verdict.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import type { LimitsReading } from '../limits/limits.ts'
import { readApiKeyNames } from './api-keys.ts'
import { type DrivenPeak, readDrivers } from './drivers.ts'
import type { Usage } from './usage.ts'
import type { UsageReader } from './usage-reader.ts'

/**
 * Who drove each peak, by its key. Names and shares are a help, not the verdict: where they cannot be read, the verdicts
 * stand without them and the reason is returned.
 */
export async function explainPeaks(
  client: AnthropicClient,
  reader: UsageReader,
  { peaks, leftOut }: { peaks: readonly DrivenPeak[]; leftOut: number },
  { allWorkspaces, groups, workspaces: read }: LimitsReading,
  { census, takesFilter, tail }: Pick<Usage, 'census' | 'takesFilter' | 'tail'>,
): Promise<{ drivers: ReadonlyMap<string, Drivers>; problem: string | null }> {
  if (peaks.length === 0) return { drivers: new Map(), problem: null }
  try {
    const workspaces = new Map(allWorkspaces.map(({ id, name }) => [id, name]))
    const names = { workspaces, apiKeys: await readApiKeyNames(client) }
    const listing = [...groups, ...read.flatMap(({ overrides }) => overrides)]
    const listed = new Set(listing.flatMap(({ models }) => models))
    const context = { names, census, listed, takesFilter }
    const isOfTail = ({ start }: DrivenPeak) => tail !== null && start >= tail.start
    const [early, late] = await Promise.all([
      readDrivers(
        reader,
        peaks.filter((peak) => !isOfTail(peak)),
        context,
      ),
      // That report has no filter by model that the census would be of: it is of the minutes before.
      tail && readDrivers(tail.reader, peaks.filter(isOfTail), { ...context, takesFilter: false }),
    ])
    const drivers = new Map([...early, ...(late ?? [])])
    const problem =
      leftOut > 0 ? `Who drove a peak was asked for the worst peaks only; ${leftOut} more were left out.` : null
    return { drivers, problem }
  } catch (error) {
    return { drivers: new Map(), problem: `Who drove the peaks could not be read: ${describeError(error)}` }
  }
}
