import { once } from 'node:events'
import { startOidcIssuer } from './anthropic/oidc-issuer.ts'
import { ADMIN_KEY, startAnthropic, WORKSPACE_KEY } from './anthropic/server.ts'
import { startGitHub } from './github/github.ts'
import { startSlack } from './slack/slack.ts'
import { exampleWorld } from './world/example.ts'

/** `npm run emulator`: the services on loopback with an example organization, until Ctrl-C. */

const HOUR = 3_600_000
const day = (at: number): string => new Date(at).toISOString().slice(0, 10)
const today = day(Date.now())
const yesterday = day(Date.now() - 24 * HOUR)

const anthropic = await startAnthropic({ ...exampleWorld({ today }), now: Date.now })
const issuer = await startOidcIssuer()
const github = await startGitHub()
await github.seed({ 'README.md': '# Limits\n' })
const slack = await startSlack()

const limits = `${anthropic.url}/v1/organizations`
const version = "-H 'anthropic-version: 2026-10-21'"
const admin = `-H 'x-api-key: ${ADMIN_KEY}' ${version}`
const window = `starting_at=${yesterday}T00:00:00Z&ending_at=${today}T00:00:00Z`
const minutes = 'time_bucket_width=1m&group_by[]=model&order_by=time&order=asc&limit=1000'

console.log(`Anthropic  ${anthropic.url}
  # rate limits, workspaces, yesterday's usage by minute, the legacy report
  curl ${admin} '${limits}/rate_limits'
  curl ${admin} '${limits}/workspaces?include_default=true&include_archived=true'
  curl -g ${admin} -H 'anthropic-beta: analytics-usage-cost-2026-08-24' \\
    '${limits}/analytics/usage?${window}&${minutes}'
  curl -g -H 'x-api-key: ${ADMIN_KEY}' -H 'anthropic-version: 2023-06-01' '${limits}/usage_report/messages?${window}&bucket_width=1h&group_by[]=model'
  # a message, for its rate-limit headers
  curl -i -H 'x-api-key: ${WORKSPACE_KEY}' ${version} '${anthropic.url}/v1/messages' \\
    -d '{"model":"claude-opus-5-5","max_tokens":9,"messages":[{"role":"user","content":"Hello"}]}'

GitHub     ${github.apiUrl}
  # the repository; then an ID token, as a job with id-token: write gets it
  curl -H 'authorization: Bearer ${github.token}' '${github.apiUrl}/repos/${github.repository}'
  curl -H 'authorization: Bearer ${issuer.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}' \\
    '${issuer.env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=${anthropic.options.federation.audience}'

Slack      ${slack.webhookUrl}
  curl -d '{"text":"Hello"}' '${slack.webhookUrl}'

Up until Ctrl-C.`)

await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
await Promise.all([anthropic, issuer, github, slack].map((service) => service.stop()))
