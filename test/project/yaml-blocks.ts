import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** Files git knows or would add, relative to the root: what a clone will hold. */
export function projectFiles(...patterns: string[]): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate', '--', ...patterns]
  return execFileSync('git', args, { encoding: 'utf8' }).split('\0').filter(Boolean)
}

export type YamlBlock = { path: string; line: number; text: string }

/** Every fenced `yaml` block of a Markdown file, with the line it starts on. */
export function yamlBlocks(path: string): YamlBlock[] {
  const text = readFileSync(path, 'utf8')
  return [...text.matchAll(/^( *)```ya?ml\n([\s\S]*?)^ *```$/gm)].map((match) => ({
    path,
    line: text.slice(0, match.index).split('\n').length + 1,
    text: (match[2] ?? '').replaceAll(new RegExp(`^${match[1]}`, 'gm'), ''),
  }))
}

const indent = (text: string, spaces: number) => text.replaceAll(/^(?=.)/gm, ' '.repeat(spaces))

/** A block as a whole workflow: steps get a job around them, a job gets a workflow. Throws for any other YAML. */
export function asWorkflow({ path, line, text }: YamlBlock): string {
  const value: unknown = parse(text)
  const head = 'on: workflow_dispatch\npermissions: {}\njobs:\n'
  if (Array.isArray(value)) {
    // A step may read what an earlier step of the page made.
    const stub = /\bid: audit\b/.test(text) ? '' : '    - id: audit\n      run: echo\n'
    return `${head}  job:\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n    steps:\n${indent(stub + indent(text, 4), 2)}`
  }
  if (value && typeof value === 'object') {
    if ('on' in value && 'jobs' in value) return text
    if ('jobs' in value) return `on: workflow_dispatch\npermissions: {}\n${text}`
  }
  throw new Error(`${path}:${line} is YAML, but neither a workflow nor its jobs nor steps: nobody checks it`)
}
