import type { Gateway } from '../src/tell/files/gateway.ts'
import { slackAsText } from '../src/tell/slack/as-text.ts'
import { renderTerminal } from '../src/tell/terminal/terminal-report.ts'
import { ADMIN_KEY, startAnthropic } from '../test/emulator/anthropic/server.ts'
import { startGitHub } from '../test/emulator/github/github.ts'
import { startSlack } from '../test/emulator/slack/slack.ts'
import { exampleWorld, withLimitChange } from '../test/emulator/world/example.ts'
import { type ActionRun, runAction } from '../test/runner/run-action.ts'
import { runDesk } from '../test/runner/run-desk.ts'
import { fitted, markdownAsText, SCREEN, title } from './terminal.ts'

/**
 * The whole product on one screen: the committed bundles, run as the runner and a shell run them, against emulators on
 * loopback. First a day without a snapshot; then the day after, when one limit has been cut and another raised, as a pull
 * request and as a commit; last the command on one's own desk.
 */

const DAY = 86_400_000
const SNAPSHOT = '.github/claude-rate-limits.json'
const GATEWAY = '.github/claude-gateway.json'
const OWN = 'ANTHROPIC_ADMIN_KEY=sk-ant-admin… npm run audit'
const day = (at: number) => new Date(at).toISOString().slice(0, 10)

const isKeySet = Boolean(process.env.ANTHROPIC_ADMIN_KEY)
if (isKeySet) console.log(fitted('This is the demo: ANTHROPIC_ADMIN_KEY is set, and it is not used here.'))

const now = Date.now()
const firstWorld = exampleWorld({ today: day(now - DAY) })
const [anthropic, github, slack] = await Promise.all([startAnthropic(firstWorld), startGitHub(), startSlack()])
await github.seed({ 'README.md': '# Platform\n' })

async function audit(date: string, inputs: Record<string, string> = {}): Promise<ActionRun> {
  const run = await runAction({
    inputs: {
      'anthropic-admin-key': ADMIN_KEY,
      'anthropic-base-url': anthropic.url,
      'github-token': github.token,
      'slack-webhook-url': slack.webhookUrl,
      'gateway-path': GATEWAY,
      'runbook-url': 'https://runbooks.example.com/claude-rate-limits',
      date,
      ...inputs,
    },
    env: github.env,
  })
  if (run.code !== 0) throw new Error(`The action ended with ${run.code}:\n${run.log}`)
  return run
}

const show = (text: string) => console.log(fitted(text.trimEnd()))

try {
  show(title(`First audit, of ${day(now - 2 * DAY)}: no snapshot yet`))
  const first = await audit(day(now - 2 * DAY))
  if (first.report) show(renderTerminal(first.report, [], SCREEN))
  show(title('Slack'))
  show(lastMessage())

  anthropic.world = withLimitChange(firstWorld)
  show(title(`The day after, ${day(now - DAY)}: Anthropic has cut one limit and raised another`))
  show('With snapshot-mode: pull-request, the change waits for review:\n')
  await audit(day(now - DAY), { 'snapshot-mode': 'pull-request', notify: 'never' })
  show(lastPull())

  show(title('With snapshot-mode: commit, it is committed. Slack'))
  const second = await audit(day(now - DAY))
  show(lastMessage())
  show(title('git log and git diff of the snapshot'))
  show(await github.git('log', '--format=%h %an  %s%n%n%w(0,4,4)%b', 'HEAD~2..HEAD'))
  show(await github.git('diff', 'HEAD~1', 'HEAD', '--', SNAPSHOT))

  show(title('Evidence to ask Anthropic for more: the first limit of the page'))
  show(markdownAsText(firstSections(second.evidence ?? '', 2)))
  show(title(`Gateway file ${GATEWAY}: what binds for one model in one workspace, inheritance resolved`))
  show(gatewayExcerpt((await github.read('main', GATEWAY)) ?? ''))
  show(title('Outputs, for steps that come after'))
  for (const [name, value] of Object.entries(second.outputs)) console.log(`${name.padEnd(24)}${shortened(value)}`)

  show(title('The same on your own desk: npm run audit'))
  const desk = await runDesk({
    argv: ['--base-url', anthropic.url],
    env: { ANTHROPIC_ADMIN_KEY: ADMIN_KEY },
    cwd: process.cwd(),
  })
  if (desk.code !== 0) throw new Error(`The command ended with ${desk.code}:\n${desk.stderr}`)
  show(desk.stdout)
  show(
    `\n${isKeySet ? 'That was the demo, and your key was not used.' : 'That was a made-up organization.'} Next, your own numbers, read only, nothing written or posted:\n\n  ${isKeySet ? 'npm run audit' : OWN}\n\nThen every morning, from a workflow: docs/setup.md.`,
  )
} finally {
  await Promise.all([anthropic.stop(), github.stop(), slack.stop()])
}

/** The open pull request: its title, and what a reviewer reads first. */
function lastPull(): string {
  const pull = github.pulls.at(-1)
  if (!pull) throw new Error('No pull request was opened.')
  const [beginning = ''] = (pull.body ?? '').split(/^<details>/m)
  return `Pull request #${pull.number}: ${pull.title}\n\n${markdownAsText(beginning.replace(/<!--.*?-->\n?/gs, ''))}`
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
  return value.length > 55 ? `${value.slice(0, 55)}…` : value
}
