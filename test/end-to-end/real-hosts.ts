import nock from 'nock'
import { ADMIN_KEY } from '../emulator/anthropic/credentials.ts'

/**
 * Loaded before the bundle: answers at the names of the real services, and lets nothing else out. What the emulators cannot
 * show is shown here: that the defaults lead to the right hosts, and that odd but legal replies are read.
 */

const DAY = process.env.AUDITED_DAY!
const GROUP = { type: 'model_group', id: 'rlg_1', display_name: 'Claude Opus 4.x', since: 'a field from the future' }
const UNUSED = Object.fromEntries(
  ['context_window', 'inference_geo', 'actor', 'organization_id'].map((key) => [key, null]),
)

nock.disableNetConnect()

nock('https://api.anthropic.com', { reqheaders: { 'x-api-key': ADMIN_KEY, 'anthropic-version': '2026-10-21' } })
  .get('/v1/organizations/rate_limits')
  // A charset in capitals, white space around it, an empty cursor and fields from the future: odd, and legal.
  .reply(
    200,
    `\n ${JSON.stringify({
      data: [
        {
          type: 'rate_limit',
          id: 'rl_1',
          group: GROUP,
          group_type: 'model_group',
          models: ['claude-opus-4-5'],
          limits: [{ type: 'requests_per_minute', value: 100, unit: 'requests' }],
        },
      ],
      next_page: '',
    })}\r\n`,
    { 'Content-Type': 'application/json; charset=UTF-8' },
  )
  .get('/v1/organizations/workspaces')
  .query(true)
  .reply(200, {
    data: [{ id: 'wrkspc_1', name: 'Default', archived_at: null }],
    has_more: false,
    first_id: null,
    last_id: null,
  })
  .get('/v1/organizations/workspaces/wrkspc_1/rate_limits')
  .reply(404, '', { 'content-type': 'text/plain' })
  .get('/v1/organizations/api_keys')
  .query(true)
  .reply(200, { data: [], has_more: false, first_id: null, last_id: null })
  .get('/v1/organizations/spend_limits')
  .query(true)
  .reply(400, { type: 'error', error: { type: 'invalid_request_error', message: 'Not this type of organization' } })

nock('https://api.anthropic.com')
  .persist()
  .get('/v1/organizations/analytics/usage')
  .query(true)
  .reply(200, (request: Request) => {
    const query = new URL(request.url).searchParams
    const isInside = query.get('starting_at')! <= `${DAY}T14:05:00Z` && `${DAY}T14:05:00Z` < query.get('ending_at')!
    const row = {
      // Without buckets a row is of the whole range.
      starting_at: query.has('time_bucket_width') ? `${DAY}T14:05:00+00:00` : query.get('starting_at'),
      ending_at: `${DAY}T14:06:00.000Z`,
      group: { ...UNUSED, model: 'claude-opus-4-5', service_tier: 'standard', speed: null, product: 'messages_api' },
      usage: {
        uncached_input_tokens: 1,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
        cache_read_input_tokens: 0,
        output_tokens: 1,
        total_tokens: 2,
        requests: 60,
        server_tool_use: { web_search_requests: 0 },
      },
    }
    return { data: isInside ? [row] : [], has_more: false, next_page: null, data_refreshed_at: null }
  })

nock('https://api.github.com')
  .get('/repos/acme/limits')
  .reply(200, { node_id: 'R_1', default_branch: 'main' })
  .get('/repos/acme/limits/git/ref/heads%2Fmain')
  .reply(200, { object: { sha: 'a'.repeat(40) } })
  .get(/\/repos\/acme\/limits\/contents\//)
  .times(2)
  .reply(404, { message: 'Not Found' })
  .get(`/repos/acme/limits/git/trees/${'a'.repeat(40)}`)
  .reply(200, { sha: 'b'.repeat(40), tree: [], truncated: false })

nock('https://hooks.slack.com').post('/services/T0/B0/real').reply(200, 'ok')

process.on('exit', () => {
  const left = nock.pendingMocks().filter((mock) => !mock.includes('analytics/usage'))
  console.log(left.length === 0 ? 'every service was asked' : `never asked: ${left.join(', ')}`)
})
