import { DAY, MINUTE, verdictsOf, windowOf } from './verdicts.mjs'

// What a good engineer would write in an afternoon: use grouped by model and cut so that each answer fills one page,
// workspaces only where they are capped and only the capped models, eight requests at once, and a 429 is waited for.

const { URL: url, KEY: key } = process.env
const { start, end } = windowOf(process.env)
const AT_ONCE = 8
const ROWS_OF_A_PAGE = 1000

async function get(path, query) {
  for (let wait = 1000; ; wait = Math.min(30_000, wait * 2)) {
    const response = await fetch(`${url}/v1/organizations/${path}?${new URLSearchParams(query)}`, {
      headers: {
        'x-api-key': key,
        'anthropic-version': '2026-10-21',
        'anthropic-beta': 'analytics-usage-cost-2026-08-24',
      },
    })
    if (response.status === 404) return { data: [] }
    if (response.ok) return response.json()
    if (response.status !== 429 && response.status < 500) throw new Error(`${path}: ${response.status}`)
    const asked = Number(response.headers.get('retry-after')) * 1000
    await new Promise((resolve) => setTimeout(resolve, asked || wait))
  }
}

async function inTurn(items, work) {
  const waiting = [...items]
  const results = []
  const one = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) results.push(...(await work(item)))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return results
}

async function getUsage({ from, to, filters, dimensions }) {
  const rows = []
  const query = [
    ['starting_at', new Date(from).toISOString()],
    ['ending_at', new Date(to).toISOString()],
    ['time_bucket_width', '1m'],
    ...[...dimensions, 'service_tier', 'speed', 'product'].map((name) => ['group_by[]', name]),
    ...filters,
    ['order_by', 'time'],
    ['order', 'asc'],
    ['limit', String(ROWS_OF_A_PAGE)],
  ]
  for (let page = null; ; ) {
    const answer = await get('analytics/usage', page ? [...query, ['page', page]] : query)
    rows.push(...answer.data)
    page = answer.next_page
    if (!page) return rows
  }
}

/** Ranges of at most a day, of about one page each where a minute has so many rows. */
function rangesOf(rowsOfMinute, what) {
  const width = Math.min(DAY, Math.max(1, Math.floor(ROWS_OF_A_PAGE / rowsOfMinute)) * MINUTE)
  const ranges = []
  for (let from = start - DAY; from < end; from += width)
    ranges.push({ from, to: Math.min(from + width, end), ...what })
  return ranges
}

const limits = (await get('rate_limits', [])).data
const workspaces = (await get('workspaces', [['limit', '1000']])).data
const overrides = await inTurn(workspaces, async ({ id }) =>
  (await get(`workspaces/${id}/rate_limits`, [])).data.map((entry) => ({ workspace: id, entry })),
)
const models = limits.flatMap((entry) => entry.models ?? [])
const capped = [...new Set(overrides.map(({ workspace }) => workspace))]
const cappedModels = limits
  .filter(({ id }) => overrides.some(({ entry }) => entry.rate_limit_id === id))
  .flatMap((entry) => entry.models ?? [])

const whole = rangesOf(models.length, { dimensions: ['model'], filters: [] })
const own = rangesOf(capped.length * cappedModels.length, {
  dimensions: ['workspace_id', 'model'],
  filters: [...capped.map((id) => ['workspace_ids[]', id]), ...cappedModels.map((model) => ['models[]', model])],
})
const ofOrganization = await inTurn(whole, getUsage)
const ofWorkspaces = capped.length > 0 ? await inTurn(own, getUsage) : []
console.log(JSON.stringify(verdictsOf({ start, end }, { limits, overrides, ofOrganization, ofWorkspaces })))
