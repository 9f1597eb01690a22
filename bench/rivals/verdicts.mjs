// What both scripts make of limits and rows. It shares no code with the action and judges the same limits, so that a
// difference is a mistake of one of the two.

export const MINUTE = 60_000
export const DAY = 1440 * MINUTE
const ALERT = 0.75
const WATCH = 0.5

/** `env`'s last day and number of days; a transition needs the day before, which is read too. */
export function windowOf({ DATE: date, DAYS: days }) {
  const end = Date.parse(`${date}T00:00:00Z`) + DAY
  return { end, start: end - Number(days) * DAY }
}

const amounts = {
  requests_per_minute: ({ requests }) => requests,
  input_tokens_per_minute_cache_aware: (usage) => usage.uncached_input_tokens + created(usage),
  input_tokens_per_minute: (usage) => usage.uncached_input_tokens + created(usage) + usage.cache_read_input_tokens,
  output_tokens_per_minute: (usage) => usage.output_tokens,
}
function created({ cache_creation }) {
  return cache_creation.ephemeral_5m_input_tokens + cache_creation.ephemeral_1h_input_tokens
}

function bandOf(utilization) {
  if (utilization >= ALERT) return 'alert'
  return utilization >= WATCH ? 'watch' : 'ok'
}

function verdict({ start, end }, rows, workspace, { models, group }, type, limit) {
  const minutes = new Map()
  for (const { starting_at, group: of, usage } of rows) {
    if (!models.includes(of.model) || (workspace && of.workspace_id !== workspace)) continue
    if (of.speed === 'fast' || of.service_tier === 'batch' || of.product === 'message_batches_api') continue
    const at = Date.parse(starting_at)
    minutes.set(at, (minutes.get(at) ?? 0) + amounts[type](usage))
  }
  const series = (from, to) => {
    const values = []
    for (let at = from; at < to; at += MINUTE) values.push(minutes.get(at) ?? 0)
    return values
  }
  const values = series(start, end)
  const largest = (list) => list.reduce((a, b) => Math.max(a, b), 0)
  const peak = largest(values)
  const before = bandOf(largest(series(start - DAY, end - DAY)) / limit)
  const band = bandOf(peak / limit)
  return JSON.stringify([
    workspace,
    group.display_name,
    type,
    {
      limit,
      peak,
      peak_at: `${new Date(start + values.indexOf(peak) * MINUTE).toISOString().slice(0, 19)}Z`,
      bracket: largest(values.slice(1).map((value, i) => value + values[i])),
      p99: values.toSorted((a, b) => a - b)[Math.ceil(0.99 * values.length) - 1],
      utilization: peak / limit,
      band,
      transition: transitionOf(before, band),
    },
  ])
}

function transitionOf(before, band) {
  if (before === 'alert' && band !== 'alert') return 'recovered'
  if (band === 'ok') return null
  if (before === band) return 'continuing'
  return before === 'watch' ? 'worse' : 'new'
}

/** One line for each limit of the organization, and for each that a workspace has of its own. */
export function verdictsOf(window, { limits, overrides, ofOrganization, ofWorkspaces }) {
  const verdicts = limits.flatMap((entry) =>
    entry.limits.map(({ type, value }) => verdict(window, ofOrganization, null, entry, type, value)),
  )
  for (const { workspace, entry } of overrides) {
    const organization = limits.find(({ id }) => id === entry.rate_limit_id)
    for (const { type, value } of entry.limits) {
      const own = organization.limits.find((limit) => limit.type === type)?.value ?? value
      verdicts.push(verdict(window, ofWorkspaces, workspace, organization, type, Math.min(value, own)))
    }
  }
  return verdicts.sort()
}
