import { parseArgs } from 'node:util'
import { AuditError, describeError } from '../errors.ts'
import { INPUTS, type InputName } from '../inputs/names.ts'
import { FEWEST_DAYS } from '../judge/planning/budgets.ts'

/** What the command takes: inputs of the action that mean something on one's own desk, and where to write what. */

/** The inputs, with what `--help` says of each. */
const INPUT_FLAGS = {
  date: 'YYYY-MM-DD, yesterday; today, last-3h',
  'lookback-days': 'UTC days that end with it, 1 to 31',
  'compare-with': 'day-before, window-before, none',
  'peak-window': 'minute, hour, or second of a log',
  threshold: 'the alert line',
  'watch-threshold': 'the watch line',
  workspaces: 'all, none, or names and IDs',
  models: 'only groups with one of these models',
  'group-types': 'only these types of group, such as model_group',
  'usage-api': 'auto, analytics or legacy',
  'what-if': "'support-bot × 2' or 'MODEL → MODEL × 1.15'",
  'headers-log': 'a log of response headers, in place of a key',
  'policy-path': 'policy file in this folder',
  'snapshot-path': 'snapshot in this folder to compare with',
  'fail-on': 'exit with 1 on: alert, watch, drift',
} as const satisfies Partial<Record<InputName, string>>

const FILE_FLAGS = {
  report: 'write everything there as JSON',
  summary: 'write the summary there, as Markdown',
  evidence: 'write the page to ask for more there, as Markdown',
} as const

type Inputs = Partial<Record<InputName, string>>

export type Asked =
  | { kind: 'help' }
  | { kind: 'version' }
  | {
      kind: 'audit'
      inputs: Inputs
      /** The report as JSON, in place of the scorecard. */
      json: boolean
      /** A cap for each workspace, where a limit is in watch or alert. */
      budgets: boolean
      files: Files
    }
  /** The quarter that ends with `date`, as a page. */
  | { kind: 'review'; inputs: Inputs; files: Files }

type Files = Partial<Record<keyof typeof FILE_FLAGS, string>>

/**
 * Reads the command line; the key comes from the environment alone, since a command line is seen by every process and kept
 * in the shell's history. Throws AuditError for what it does not know.
 */
export function readFlags(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Asked {
  const values = parsed(argv)
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  const given = (names: readonly string[]) =>
    Object.fromEntries(names.flatMap((name) => (typeof values[name] === 'string' ? [[name, values[name]]] : [])))
  const inputs: Inputs = given(Object.keys(INPUT_FLAGS))
  if (values.review) checkReview(values)
  if (values.budgets) checkBudgets(inputs)
  const { ANTHROPIC_ADMIN_KEY: key = '' } = env
  if (!inputs['headers-log'] && !key.trim())
    throw new AuditError('ANTHROPIC_ADMIN_KEY is not set in the environment.', {
      remedy: `Make an Admin API key (Console → Settings → Admin keys) and put it before the command: ANTHROPIC_ADMIN_KEY=sk-ant-admin… ${COMMAND}. Without one, --headers-log FILE audits a log of your own responses.`,
    })
  const all: Inputs = {
    ...inputs,
    ...(typeof values['base-url'] === 'string' && { 'anthropic-base-url': values['base-url'] }),
    ...(!inputs['headers-log'] && { 'anthropic-admin-key': key }),
    'snapshot-mode': 'none',
    notify: 'never',
  }
  const files: Files = given(Object.keys(FILE_FLAGS))
  if (values.review) return { kind: 'review', inputs: all, files }
  return {
    kind: 'audit',
    inputs: all,
    json: values.json === true,
    budgets: values.budgets === true,
    files,
  }
}

export const COMMAND = 'claude-rate-limit-audit'

/** Budgets are learnt from one week and tried on another. Whether a value is one at all is for the inputs to say. */
function checkBudgets({ 'lookback-days': days = INPUTS['lookback-days'], 'headers-log': log, date }: Inputs): void {
  if (!log && !isLive(date) && !(Number(days) < FEWEST_DAYS)) return
  throw new AuditError(
    `--budgets takes --lookback-days ${FEWEST_DAYS} or more, since a cap is made from one week and tried on another.`,
    {
      remedy: 'A live --date and a log of headers have none.',
    },
  )
}

/** What a review is made by, and where it is written: it has a window, a grain and a page of its own. */
const WITH_REVIEW: ReadonlySet<string> = new Set([
  'review',
  'date',
  'threshold',
  'watch-threshold',
  'models',
  'group-types',
  'usage-api',
  'policy-path',
  'snapshot-path',
  'summary',
  'base-url',
])

function checkReview(values: Values): void {
  const others = Object.keys(values).filter((name) => !WITH_REVIEW.has(name))
  if (others.length > 0 || isLive(values.date))
    throw new AuditError(
      `--review is of the 92 days that end with --date, and does not go with ${isLive(values.date) ? `--date ${values.date}` : others.map((name) => `--${name}`).join(', ')}.`,
      {
        remedy: `It takes ${[...WITH_REVIEW]
          .slice(1)
          .map((name) => `--${name}`)
          .join(', ')}.`,
      },
    )
}

const isLive = (date: string | boolean | undefined) => date === 'today' || String(date).startsWith('last-')

type Values = Record<string, string | boolean | undefined>

function parsed(argv: readonly string[]): Values {
  const texts = [...Object.keys(INPUT_FLAGS), ...Object.keys(FILE_FLAGS), 'base-url']
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        ...Object.fromEntries(texts.map((name) => [name, { type: 'string' as const }])),
        'what-if': { type: 'string', multiple: true },
        budgets: { type: 'boolean' },
        review: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    })
    const { 'what-if': changes, ...others } = values
    // Given several times, as each line of the input may be.
    return { ...others, ...(Array.isArray(changes) && { 'what-if': changes.join('\n') }) } as Values
  } catch (cause) {
    throw new AuditError(`The command line is not understood: ${describeError(cause).replace(/[.]?$/, '.')}`, {
      remedy: `${COMMAND} --help lists what there is.`,
      cause,
    })
  }
}

/** Fits 80 columns. */
export function helpText(): string {
  const line = (flag: string, text: string) => `  ${flag.padEnd(24)} ${text}`
  const inputs = Object.entries(INPUT_FLAGS).map(([name, text]) => {
    const usual = INPUTS[name as InputName]
    return line(`--${name} …`, usual && usual.length < 12 ? `${text} (${usual})` : text)
  })
  return `How close your organization came to each Claude API rate limit.

  ANTHROPIC_ADMIN_KEY=sk-ant-admin… ${COMMAND} [flags]

Reads limits and usage of the Claude API and prints the scorecard. Nothing is
committed, posted or written unless you ask for it. The key is taken from the
environment alone, and is never printed.

What to audit
${inputs.join('\n')}

What to do with it
${line('--review', 'the last 92 days beside their cost, as a page instead')}
${line('--budgets', 'a cap for each workspace, from 14 days or more')}
${line('--json', 'print the report as JSON in place of the scorecard')}
${Object.entries(FILE_FLAGS)
  .map(([name, text]) => line(`--${name} FILE`, text))
  .join('\n')}

${line('--base-url URL', 'where the Claude API is reached')}
${line('--help, --version', '')}

A snapshot and a policy file in this folder are compared with and judged by.
Proxies (HTTPS_PROXY, NO_PROXY), NO_COLOR and FORCE_COLOR are honoured.

Exit code: 0 all was read and reported, 1 something was not, or --fail-on says
so, 2 the command line or an input is not valid.
`.replace(/ +$/gm, '')
}
