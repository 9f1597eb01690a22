import type { Gateway } from '../src/tell/files/gateway.ts'
import { slackAsText } from '../src/tell/slack/as-text.ts'
import { ADMIN_KEY, startAnthropic } from '../test/emulator/anthropic/server.ts'
import { startGitHub } from '../test/emulator/github/github.ts'
import { startSlack } from '../test/emulator/slack/slack.ts'
import { exampleWorld, withLimitChange } from '../test/emulator/world/example.ts'
import { type ActionRun, runAction } from '../test/runner/run-action.ts'
import { scorecardForTerminal, title } from './terminal.ts'

/**
 * The whole product on one screen: the committed bundle, run twice as the runner runs it, against emulators on loopback.
 * First a day without a snapshot; then the day after, when one limit has been cut and another raised.
 */

const DAY = 86_400_000
const SNAPSHOT = '.github/claude-rate-limits.json'
const GATEWAY = '.github/claude-gateway.json'
const day = (at: number) => new Date(at).toISOString().slice(0, 10)

const now = Date.now()
const firstWorld = exampleWorld({ today: day(now - DAY) })
const [anthropic, github, slack] = await Promise.all([startAnthropic(firstWorld), startGitHub(), startSlack()])
await github.seed({ 'README.md': '# Platform\n' })

async function audit(date: string): Promise<ActionRun> {
  const run = await runAction({
    inputs: {
      'anthropic-admin-key': ADMIN_KEY,
      'anthropic-base-url': anthropic.url,
      'github-token': github.token,
      'slack-webhook-url': slack.webhookUrl,
      'gateway-path': GATEWAY,
      'runbook-url': 'https://runbooks.example.com/claude-rate-limits',
      date,
    },
    env: github.env,
  })
  if (run.code !== 0) throw new Error(`The action ended with ${run.code}:\n${run.log}`)
  return run
}

try {
  console.log(title(`First audit, of ${day(now - 2 * DAY)}: no snapshot yet`))
  const first = await audit(day(now - 2 * DAY))
  console.log(scorecardForTerminal(first.summary))
  console.log(title('Slack'))
  console.log(lastMessage())

  anthropic.world = withLimitChange(firstWorld)
  console.log(title(`Second audit, of ${day(now - DAY)}: Anthropic has cut one limit and raised another`))
  const second = await audit(day(now - DAY))
  console.log(scorecardForTerminal(second.summary))
  console.log(title('Slack'))
  console.log(lastMessage())

  console.log(title('git log and git diff of the snapshot'))
  console.log(await github.git('log', '--format=%h %an  %s%n%n%w(0,4,4)%b', 'HEAD~2..HEAD'))
  console.log(await github.git('diff', 'HEAD~1', 'HEAD', '--', SNAPSHOT))
  console.log(title('Evidence to ask Anthropic for more: the first limit of the page'))
  console.log(scorecardForTerminal(firstSections(second.evidence ?? '', 2)))
  console.log(title(`Gateway file ${GATEWAY}: what binds for one model in one workspace, inheritance resolved`))
  console.log(gatewayExcerpt((await github.read('main', GATEWAY)) ?? ''))

  console.log(title('Outputs'))
  for (const [name, value] of Object.entries(second.outputs)) console.log(`${name.padEnd(24)}${shortened(value)}`)
} finally {
  await Promise.all([anthropic.stop(), github.stop(), slack.stop()])
}

function lastMessage(): string {
  const message = slack.messages.at(-1)
  if (!message) throw new Error('Nothing was posted to Slack.')
  return slackAsText(message)
}

/** A page up to where its section `number + 1` begins. */
function firstSections(page: string, number: number): string {
  return page
    .split(/(?=^##? )/m)
    .slice(0, number)
    .join('')
}

/** The organization, and the first workspace that differs from it, in the group in which they differ. */
function gatewayExcerpt(text: string): string {
  const { models, organization, workspaces } = JSON.parse(text) as Gateway
  const groups = Object.keys(organization)
  const differs = ({ limits }: Gateway['workspaces'][string]) =>
    groups.find((group) => JSON.stringify(limits[group]) !== JSON.stringify(organization[group]))
  const [id, workspace] = Object.entries(workspaces).find(([, each]) => differs(each)) ?? []
  const own = workspace && differs(workspace)
  if (!id || !workspace || !own) return text
  const excerpt = {
    models: Object.fromEntries(Object.entries(models).filter(([, name]) => name === own)),
    organization: { [own]: organization[own] },
    workspaces: { [id]: { name: workspace.name, limits: { [own]: workspace.limits[own] } } },
  }
  return JSON.stringify(excerpt, null, 2)
}

function shortened(value: string): string {
  return value.length > 100 ? `${value.slice(0, 100)}…` : value
}
