import { readFile, writeFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { type Counter, LIMITERS, type LimiterRule } from '../src/vocabulary/limits/limiters.ts'
import { exampleFile, litellmConfig, PRODUCTION } from './gateway-example.ts'

/**
 * Writes what the documentation repeats from elsewhere, between `begin NAME` and `end NAME` marks:
 * inputs and outputs from action.yml, the counting rules from the limiters, and copies of whole workflows.
 * A test fails when a file is not what this writes.
 */

type Metadata = {
  inputs: Record<string, { description: string; default: string }>
  outputs: Record<string, { description: string }>
}

/** A reusable workflow gets secrets apart from its inputs; the token is always the caller's own. */
const SECRETS: Record<string, string> = {
  'anthropic-admin-key': 'secrets.ANTHROPIC_ADMIN_KEY',
  'slack-webhook-url': 'secrets.SLACK_WEBHOOK_URL',
}
const NOT_PASSED = ['github-token']

const cell = (text: string) => text.trim().replaceAll('|', '\\|').replaceAll('\n', ' ')
const row = (...cells: string[]) => `| ${cells.join(' | ')} |`
const table = (head: string[], rows: string[][]) =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n')

function inputsTable({ inputs }: Metadata): string {
  return table(
    ['Input', 'Default', 'Meaning'],
    Object.entries(inputs).map(([name, input]) => [
      `\`${name}\``,
      input.default === '' ? '' : `\`${input.default}\``,
      cell(input.description),
    ]),
  )
}

function outputsTable({ outputs }: Metadata): string {
  return table(
    ['Output', 'Meaning'],
    Object.entries(outputs).map(([name, output]) => [`\`${name}\``, cell(output.description)]),
  )
}

const COUNTED: Record<Counter, string> = {
  requests: 'requests',
  uncachedInput: 'uncached input',
  cacheCreation: 'cache writes (5 min and 1 h)',
  cacheRead: 'cache reads',
  output: 'output',
  webSearches: 'web searches',
}
const TRAFFIC: Record<LimiterRule['stream'], string> = {
  standard: 'standard speed',
  fast: 'fast mode only',
  any: 'all',
}
const WINDOW: Record<LimiterRule['per'], string> = {
  minute: 'busiest UTC minute',
  day: 'busiest UTC day',
  second: 'busiest UTC minute ÷ 60',
}

/** One row for each limiter of the catalogue, in its order. */
export function countingTable(limiters: readonly LimiterRule[]): string {
  return table(
    ['Limiter', 'Group type', 'Counted', 'Traffic', 'Peak'],
    limiters.map((rule) => [
      `\`${rule.type}\``,
      `\`${rule.group}\``,
      rule.counts.map((counter) => COUNTED[counter]).join(' + '),
      TRAFFIC[rule.stream],
      WINDOW[rule.per] + (rule.lowerBound ? ' (a lower bound)' : ''),
    ]),
  )
}

const indent = (text: string, spaces: number) => text.trimEnd().replaceAll(/^(?=.)/gm, ' '.repeat(spaces))

function reusableInputs({ inputs }: Metadata): string {
  const passed = Object.entries(inputs).filter(([name]) => !(name in SECRETS) && !NOT_PASSED.includes(name))
  const typed = passed.map(([name, input]) => [
    name,
    { description: input.description, type: 'string', default: input.default },
  ])
  return indent(stringify(Object.fromEntries(typed), { lineWidth: 0 }), 6)
}

function reusableWith({ inputs }: Metadata): string {
  const names = Object.keys(inputs).filter((name) => !NOT_PASSED.includes(name))
  return names.map((name) => `${' '.repeat(10)}${name}: \${{ ${SECRETS[name] ?? `inputs.${name}`} }}`).join('\n')
}

/** Paths on a machine that is gone when the caller reads them. */
const GONE = ['report-path', 'evidence-path']

function reusableOutputs({ outputs }: Metadata): string {
  const typed = Object.entries(outputs)
    .filter(([name]) => !GONE.includes(name))
    .map(([name, output]) => [name, { description: output.description, value: `\${{ jobs.audit.outputs.${name} }}` }])
  return indent(stringify(Object.fromEntries(typed), { lineWidth: 0 }), 6)
}

function reusableJobOutputs({ outputs }: Metadata): string {
  const names = Object.keys(outputs).filter((name) => !GONE.includes(name))
  return names.map((name) => `${' '.repeat(6)}${name}: \${{ steps.audit.outputs.${name} }}`).join('\n')
}

/** Replaces what stands between the marks of each part. Throws when a mark is missing: it would go stale unseen. */
function fill(path: string, text: string, parts: Record<string, string>): string {
  return Object.entries(parts).reduce((current, [name, part]) => {
    const [open, close] = path.endsWith('.md') ? ['<!-- ', ' -->'] : ['# ', '']
    const begin = `${open}begin ${name}${close}\n`
    const start = current.indexOf(begin)
    const end = start < 0 ? -1 : current.indexOf(`${open}end ${name}${close}`, start)
    if (end < 0) throw new Error(`${path} has no marks "begin ${name}" and "end ${name}"`)
    const indentation = path.endsWith('.md') ? '' : (/[ ]*$/.exec(current.slice(0, end))?.[0] ?? '')
    return `${current.slice(0, start + begin.length)}${part}\n${indentation}${current.slice(end)}`
  }, text)
}

const fenced = (language: string, text: string) => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``

/** Every file with a generated part, as it should be. */
export async function generatedFiles(): Promise<{ path: string; text: string }[]> {
  const metadata: Metadata = parse(await readFile('action.yml', 'utf8'))
  const workflow = async (name: string) =>
    `\`\`\`yaml\n${(await readFile(`docs/workflows/${name}`, 'utf8')).trimEnd()}\n\`\`\``
  const parts: Record<string, Record<string, string>> = {
    'README.md': {
      'daily audit': await workflow('daily-audit.yml'),
      inputs: inputsTable(metadata),
      outputs: outputsTable(metadata),
    },
    'docs/setup.md': { 'reusable workflow': await workflow('reusable.yml') },
    'docs/counting.md': { limiters: countingTable(LIMITERS) },
    'docs/gateway.md': {
      'gateway file': fenced('json', exampleFile()),
      'litellm config': fenced('yaml litellm', await litellmConfig(exampleFile(), PRODUCTION.id)),
    },
    '.github/workflows/audit.yml': {
      inputs: reusableInputs(metadata),
      outputs: reusableOutputs(metadata),
      'job outputs': reusableJobOutputs(metadata),
      with: reusableWith(metadata),
    },
  }
  return Promise.all(
    Object.entries(parts).map(async ([path, named]) => ({
      path,
      text: fill(path, await readFile(path, 'utf8'), named),
    })),
  )
}

if (import.meta.main) {
  for (const { path, text } of await generatedFiles()) await writeFile(path, text)
}
