import { DAY, verdictsOf, windowOf } from './verdicts.mjs'

// The script anyone would write first: ask for everything, one request after another, keep it all, then look.

const { URL: url, KEY: key } = process.env
const { start, end } = windowOf(process.env)

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

console.log(JSON.stringify(verdictsOf({ start, end }, { limits, overrides, ofOrganization: rows, ofWorkspaces: rows })))
