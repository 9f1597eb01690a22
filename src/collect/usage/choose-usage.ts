import { AuditError } from '../../errors.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import { createAnalyticsReader } from './analytics.ts'
import { createLegacyReader } from './legacy.ts'
import type { ReaderOptions, UsageQuery, UsageReader } from './usage-reader.ts'

/**
 * Decides once which API the run reads usage from. `auto` asks the analytics API for the first bucket of `probe`
 * and takes the legacy report where that is refused (400, 403 or 404), with a warning that says so.
 * Throws AuditError where the analytics API fails in any other way.
 */
export async function chooseUsage(
  client: AnthropicClient,
  mode: 'auto' | 'analytics' | 'legacy',
  probe: UsageQuery,
  options: ReaderOptions = {},
): Promise<{ reader: UsageReader; warning: string | null }> {
  if (mode === 'legacy') return { reader: createLegacyReader(client, options), warning: null }
  const analytics = createAnalyticsReader(client, options)
  if (mode === 'analytics') return { reader: analytics, warning: null }
  try {
    await analytics.probe(probe)
    return { reader: analytics, warning: null }
  } catch (error) {
    if (!(error instanceof AuditError) || ![400, 403, 404].includes(error.status ?? 0)) throw error
    return {
      reader: createLegacyReader(client, options),
      warning: `Usage is read from the legacy report, which does not count requests, because the analytics API refused: ${error.message}`,
    }
  }
}
