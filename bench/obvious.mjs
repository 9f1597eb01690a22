// The script anyone would write first: ask for everything, one request after another, keep it all, then look.
// It shares no code with the action and judges the same limits, so that a difference is a mistake of one of the two.

const { URL: url, KEY: key, DATE: date, DAYS: days } = process.env
const MINUTE = 60_000
const DAY = 1440 * MINUTE
const ALERT = 0.75
const WATCH = 0.5

const end = Date.parse(`${date}T00:00:00Z`) + DAY
const start = end - Number(days) * DAY

async function get(path, query) {
  const response = await fetch(`${url}/v1/organizations/${path}?${new URLSearchParams(query)}`, {
    headers: {
      'x-api-key': key,
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'analytics-usage-cost-2026-08-24',
    },
  })
  if (response.status === 404) return { data: [] }
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response.json()
}

async function getUsage(from, to) {
  const rows = []
  const query = [
    ['starting_at', new Date(from).toISOString()],
    ['ending_at', new Date(to).toISOString()],
    ['time_bucket_width', '1m'],
    ...['model', 'workspace_id', 'service_tier', 'speed', 'product'].map((name) => ['group_by[]', name]),
    ['order_by', 'time'],
    ['order', 'asc'],
    ['limit', '1000'],
  ]
  for (let page = null; ; ) {
    const answer = await get('analytics/usage', page ? [...query, ['page', page]] : query)
    rows.push(...answer.data)
    page = answer.next_page
    if (!page) return rows
  }
}

const limits = (await get('rate_limits', [])).data
const workspaces = (await get('workspaces', [['limit', '1000']])).data
const overrides = []
for (const { id } of workspaces)
  for (const entry of (await get(`workspaces/${id}/rate_limits`, [])).data) overrides.push({ workspace: id, entry })

// A transition needs the day before; one call answers for a day at most.
const rows = []
for (let day = start - DAY; day < end; day += DAY) for (const row of await getUsage(day, day + DAY)) rows.push(row)

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

function verdict(workspace, { models, group }, type, limit) {
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

const verdicts = limits.flatMap((entry) => entry.limits.map(({ type, value }) => verdict(null, entry, type, value)))
for (const { workspace, entry } of overrides) {
  const organization = limits.find(({ id }) => id === entry.rate_limit_id)
  for (const { type, value } of entry.limits) {
    const own = organization.limits.find((limit) => limit.type === type)?.value ?? value
    verdicts.push(verdict(workspace, organization, type, Math.min(value, own)))
  }
}
console.log(JSON.stringify(verdicts.sort()))
