import { describeError } from '../../errors.ts'
import { limitKey } from '../../vocabulary/limits/limit-key.ts'
import { isMeasured, type Verdict } from '../../vocabulary/verdict.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import type { LimitsReading } from '../limits/limits.ts'
import { readApiKeyNames } from './api-keys.ts'
import { type DrivenPeak, readDrivers } from './drivers.ts'
import type { Usage } from './usage.ts'
import type { UsageReader } from './usage-reader.ts'

/**
 * The verdicts with who drove their peaks. Names and shares are a help, not the verdict: where they cannot be read,
 * the verdicts stand without them and the reason is returned.
 */
export async function explainPeaks(
  client: AnthropicClient,
  reader: UsageReader,
  verdicts: readonly Verdict[],
  { peaks, leftOut }: { peaks: readonly DrivenPeak[]; leftOut: number },
  { allWorkspaces, groups, workspaces: read }: LimitsReading,
  { census, takesFilter }: Pick<Usage, 'census' | 'takesFilter'>,
): Promise<{ verdicts: readonly Verdict[]; problem: string | null }> {
  if (peaks.length === 0) return { verdicts, problem: null }
  try {
    const workspaces = new Map(allWorkspaces.map(({ id, name }) => [id, name]))
    const names = { workspaces, apiKeys: await readApiKeyNames(client) }
    const listing = [...groups, ...read.flatMap(({ overrides }) => overrides)]
    const listed = new Set(listing.flatMap(({ models }) => models))
    const drivers = await readDrivers(reader, peaks, { names, census, listed, takesFilter })
    const withDrivers = (verdict: Verdict) =>
      isMeasured(verdict) ? { ...verdict, drivers: drivers.get(limitKey(verdict)) ?? null } : verdict
    const problem =
      leftOut > 0 ? `Who drove a peak was asked for the ${peaks.length} worst; ${leftOut} more were left out.` : null
    return { verdicts: verdicts.map(withDrivers), problem }
  } catch (error) {
    return { verdicts, problem: `Who drove the peaks could not be read: ${describeError(error)}` }
  }
}
