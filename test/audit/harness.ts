import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { audit } from '../../src/audit.ts'
import type { OutputName } from '../../src/deliver/outputs.ts'
import { RUNNER } from '../../src/deliver/runner.ts'
import type { Deps } from '../../src/deps.ts'
import { INPUTS, type InputName } from '../../src/inputs/names.ts'
import type { Report } from '../../src/report/report.ts'
import { createTransport } from '../../src/transport/transport.ts'
import type { OidcIssuer } from '../emulator/anthropic/oidc-issuer.ts'
import type { Options } from '../emulator/anthropic/options.ts'
import { ADMIN_KEY, type AnthropicEmulator, startAnthropic } from '../emulator/anthropic/server.ts'
import { type GitHubEmulator, startGitHub } from '../emulator/github/github.ts'
import { type SlackEmulator, startSlack } from '../emulator/slack/slack.ts'
import type { World } from '../emulator/world/world.ts'

/** The whole audit in this process, over real HTTP against the emulators; only the runner's own part is a stand-in. */
export type Services = {
  anthropic: AnthropicEmulator
  github: GitHubEmulator
  slack: SlackEmulator
  /** Who issues GitHub's ID tokens, where the job may ask for them. */
  issuer: OidcIssuer | null
  /** One run. The clock is that of the world; `env` is added to the variables of the runner. */
  run: (
    inputs?: Partial<Record<InputName, string>>,
    deps?: Partial<Deps>,
    runner?: Partial<Deps['core']>,
  ) => Promise<AuditRun>
  /** The runner's temporary folder, a new one for each start. */
  folder: string
  stop: () => Promise<void>
}

export type AuditRun = {
  code: 0 | 1
  outputs: Partial<Record<OutputName, string>>
  /** Throws where the run wrote none. */
  report: Report
  hasReport: boolean
  /** The evidence page, where the run wrote one. */
  evidence: string | null
  summary: string
  log: string
  masked: string[]
}

/** The inputs of a workflow's step as a scheduled run has them: what a person may give by hand is empty then. */
export function asScheduled(given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value.includes('${{') ? '' : value]))
}

/** The three services with one commit in the repository; with an issuer the job may ask for ID tokens. */
export async function startServices(
  world: World,
  options: Partial<Options> = {},
  issuer: OidcIssuer | null = null,
): Promise<Services> {
  const [anthropic, github, slack] = await Promise.all([startAnthropic(world, options), startGitHub(), startSlack()])
  await github.seed({ 'README.md': '# Platform\n' })
  const folder = await mkdtemp(join(tmpdir(), 'audit-test-'))
  let runs = 0

  async function run(
    given: Partial<Record<InputName, string>> = {},
    overrides: Partial<Deps> = {},
    runner: Partial<Deps['core']> = {},
  ): Promise<AuditRun> {
    const summary = join(folder, `summary-${++runs}.md`)
    await writeFile(summary, '')
    const inputs: Partial<Record<InputName, string>> = {
      'anthropic-admin-key': ADMIN_KEY,
      'anthropic-base-url': anthropic.url,
      'github-token': github.token,
      'slack-webhook-url': slack.webhookUrl,
      ...given,
    }
    const { core, outputs, lines, masked } = recordingCore(inputs)
    const env = {
      ...github.env,
      ...issuer?.env,
      GITHUB_RUN_ID: '7001',
      GITHUB_STEP_SUMMARY: summary,
      RUNNER_TEMP: folder,
    }
    const transport = createTransport({ env: {}, version: 'test' })
    try {
      const code = await audit(
        {
          core: { ...core, ...runner },
          fetch: transport.fetch,
          exchange: transport.exchange,
          now: anthropic.world.now,
          sleep: async () => {},

          saveMemory: () => {},
          showProgress: () => {},
          random: () => 0.5,
          ...overrides,
          env: { ...env, ...overrides.env },
        },
        RUNNER,
      )
      const path = outputs['report-path']
      const report = path ? (JSON.parse(await readFile(path, 'utf8')) as Report) : null
      return {
        code,
        outputs,
        get report() {
          if (!report) throw new Error(`No report was written.\n${lines.join('\n')}`)
          return report
        },
        hasReport: report !== null,
        evidence: outputs['evidence-path'] ? await readFile(outputs['evidence-path'], 'utf8') : null,
        summary: await readFile(summary, 'utf8'),
        log: lines.join('\n'),
        masked,
      }
    } finally {
      await transport.close()
    }
  }

  return {
    anthropic,
    github,
    slack,
    issuer,
    run,
    folder,
    async stop() {
      await Promise.all([anthropic.stop(), github.stop(), slack.stop(), rm(folder, { recursive: true })])
    },
  }
}

function recordingCore(inputs: Partial<Record<InputName, string>>) {
  const outputs: Partial<Record<OutputName, string>> = {}
  const lines: string[] = []
  const masked: string[] = []
  const line = (level: string) => (text: string | Error, properties?: { title?: string }) =>
    void lines.push(`${level}: ${properties?.title ? `${properties.title}: ` : ''}${text}`)
  const core = {
    getInput: (name: string) => inputs[name as InputName] ?? INPUTS[name as InputName],
    setOutput: (name: string, value: unknown) => {
      outputs[name as OutputName] = String(value)
    },
    setSecret: (secret: string) => void masked.push(secret),
    setFailed: line('failed'),
    debug: line('debug'),
    info: line('info'),
    notice: line('notice'),
    warning: line('warning'),
    error: line('error'),
    startGroup: line('group'),
    endGroup: () => {},
  } as Deps['core']
  return { core, outputs, lines, masked }
}
