import type { ApiInputs, Inputs } from '../../inputs/inputs.ts'
import type { Run } from '../../run.ts'
import { plural } from '../../vocabulary/figures.ts'
import { DAY, isoDay, MINUTE } from '../../vocabulary/window.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import { chooseUsage } from './choose-usage.ts'
import { type Freshness, measureUsage, type Reading } from './measure.ts'
import type { UsageQuery, UsageReader } from './usage-reader.ts'

/** What is to be read, who takes it, and how much it may be. */
export type UsageToRead = {
  organization: UsageQuery
  workspaces: UsageQuery | null
  readings: readonly Reading[]
  /** Models with limits, and pages where all of them are in use every minute. */
  models: number
  pages: number
}

export type Usage = { freshness: Freshness; reader: UsageReader }

const PAGES_BETWEEN_LINES = 50
/**
 * Beyond it the rows of one page after another would lie about in memory until they are collected, a hundred megabytes more
 * in a month. A run of fewer pages is over before that.
 */
const MANY_PAGES = 200

/** Reads the window's usage, and the day before it, and hands it to who takes it. Throws AuditError: part of a day's usage is no usage. */
export async function collectUsage(
  client: AnthropicClient,
  toRead: UsageToRead,
  { deps, log, inputs }: Run<ApiInputs>,
): Promise<Usage> {
  const { window, usageApi } = inputs
  if (toRead.pages > MANY_PAGES) deps.saveMemory()
  let reported = 0
  const onPage = ({ read, expected }: { read: number; expected: number }) => {
    if (read < reported + PAGES_BETWEEN_LINES) return
    reported = read
    log.info(`Read ${read} of about ${Math.max(read, expected)} pages of usage.`)
  }
  log.info(planLine(toRead, usageApi))
  const { reader, warning } = await chooseUsage(client, usageApi, toRead.organization, { onPage })
  if (warning) log.warning(warning)
  const freshness = await measureUsage(reader, toRead.readings, window)
  log.info(usageLine(reader, window.end - freshness.known))
  return { freshness, reader }
}

function planLine({ organization, workspaces, models, pages }: UsageToRead, usageApi: Inputs['usageApi']): string {
  const days = (organization.end - organization.start) / DAY
  const span = `${isoDay(organization.start)} to ${isoDay(organization.end - 1)}`
  const ofWorkspaces = workspaces
    ? `, and of ${plural(workspaces.workspaceIds?.length ?? 0, 'workspace')} with overrides`
    : ''
  const what = `usage per minute of ${plural(days, 'day')} (${span}) × ${plural(workspaces ? 2 : 1, 'query', 'queries')}`
  const all = models === 1 ? 'the one model with limits is' : `all ${models} models with limits are`
  // The legacy report counts its pages in buckets, whatever is in them.
  const estimate =
    usageApi === 'legacy' ? '' : `; about ${plural(pages, 'page')} if ${all} in use every minute, fewer if not`
  return `Plan: ${what}: of the organization by model${ofWorkspaces}${estimate}.`
}

function usageLine({ source }: UsageReader, missing: number): string {
  const read = source === 'analytics' ? 'Read usage from the analytics API' : 'Read usage from the legacy report'
  return missing > 0
    ? `${read}: the last ${plural(missing / MINUTE, 'minute')} of the window not in yet.`
    : `${read}: the whole window.`
}
