import { slackAsText } from '../src/slack/as-text.ts'
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
  console.log(slackAsText(slack.messages.at(-1)!))

  anthropic.world = withLimitChange(firstWorld)
  console.log(title(`Second audit, of ${day(now - DAY)}: Anthropic has cut one limit and raised another`))
  const second = await audit(day(now - DAY))
  console.log(scorecardForTerminal(second.summary))
  console.log(title('Slack'))
  console.log(slackAsText(slack.messages.at(-1)!))

  console.log(title('git log and git diff of the snapshot'))
  console.log(await github.git('log', '--format=%h %an  %s%n%n%w(0,4,4)%b', 'HEAD~2..HEAD'))
  console.log(await github.git('diff', 'HEAD~1', 'HEAD', '--', SNAPSHOT))
  console.log(title('Outputs'))
  for (const [name, value] of Object.entries(second.outputs)) console.log(`${name.padEnd(24)}${shortened(value)}`)
} finally {
  await Promise.all([anthropic.stop(), github.stop(), slack.stop()])
}

function shortened(value: string): string {
  return value.length > 100 ? `${value.slice(0, 100)}…` : value
}
