import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { generatedFiles } from '../../scripts/docs.ts'
import { OUTPUTS } from '../../src/deliver/outputs.ts'
import { INPUTS } from '../../src/inputs/names.ts'
import { projectFiles } from './yaml-blocks.ts'

type Typing = { type: string; 'allowed-values'?: string[]; 'list-item'?: Typing; separator?: string }

const read = (path: string) => readFileSync(path, 'utf8')
const metadata: {
  inputs: Record<string, { description: string; default: string; required?: boolean }>
  outputs: Record<string, { description: string }>
  runs: { using: string; main: string }
} = parse(read('action.yml'))
const types: { inputs: Record<string, Typing>; outputs: Record<string, Typing> } = parse(read('action-types.yml'))

const names = (table: object) => Object.keys(table)

describe('action.yml and the code', () => {
  test('know the same inputs, in the same order', () => {
    expect(names(metadata.inputs)).toEqual(names(INPUTS))
  })

  test('know the same outputs, in the same order', () => {
    expect(names(metadata.outputs)).toEqual([...OUTPUTS])
  })

  test('agree on every default; what only the platform knows is empty in the code', () => {
    const defaults = Object.entries(metadata.inputs).map(([name, input]) => [
      name,
      input.default.startsWith('${{') ? '' : input.default,
    ])
    expect(Object.fromEntries(defaults)).toEqual(INPUTS)
  })

  test('run on Node 24, from the bundle', () => {
    expect(metadata.runs).toEqual({ using: 'node24', main: 'dist/index.js' })
  })
})

describe('action.yml', () => {
  test('gives every default as a string, as the runner will', () => {
    const others = Object.entries(metadata.inputs).filter(([, input]) => typeof input.default !== 'string')
    expect(names(Object.fromEntries(others))).toEqual([])
  })

  test('describes every input and output in whole sentences', () => {
    const descriptions = Object.entries({ ...metadata.inputs, ...metadata.outputs })
    expect(
      descriptions.filter(([, { description }]) => !/^\S.{20,}[.]$/s.test(description)).map(([name]) => name),
    ).toEqual([])
  })

  test('names no input that does not exist', () => {
    const known = new Set([...names(metadata.inputs), ...names(metadata.outputs)])
    const mentioned = Object.values(metadata.inputs)
      .flatMap(({ description }) => [...description.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)])
      .map((match) => match[1] ?? '')
    const values = new Set(
      Object.values(types.inputs).flatMap((typing) => [
        ...(typing['allowed-values'] ?? []),
        ...(typing['list-item']?.['allowed-values'] ?? []),
      ]),
    )
    expect(mentioned.filter((name) => !known.has(name) && !values.has(name))).toEqual([])
  })
})

describe('action-types.yml', () => {
  test('types every input and output, and nothing else', () => {
    expect(names(types.inputs)).toEqual(names(metadata.inputs))
    expect(names(types.outputs)).toEqual(names(metadata.outputs))
  })

  test.each(Object.entries(types.inputs))('%s: its default is a value of its type', (name, typing) => {
    const value = metadata.inputs[name]?.default ?? ''
    expect(['string', 'boolean', 'integer', 'enum', 'list']).toContain(typing.type)
    if (typing.type === 'boolean') expect(['true', 'false']).toContain(value)
    if (typing.type === 'integer') expect(value).toMatch(/^\d+$/)
    if (typing.type === 'enum') expect(typing['allowed-values']).toContain(value)
    const items = typing['list-item']?.['allowed-values']
    if (items && value) expect(items).toContain(value)
  })

  test.each(
    Object.entries(types.inputs).flatMap(([name, typing]) =>
      (typing['allowed-values'] ?? typing['list-item']?.['allowed-values'] ?? []).map(
        (value) => [name, value] as const,
      ),
    ),
  )('%s: %s is described in action.yml', (name, value) => {
    expect(metadata.inputs[name]?.description).toContain(`\`${value}\``)
  })
})

describe('docs/permissions.md', () => {
  test('lists every resource of Anthropic that the code reads', () => {
    const code = projectFiles('src/**.ts').map(read).join('\n')
    const paths = [...code.matchAll(/['`](\/v1\/organizations\/[\w/]+)/g)].map((match) => match[1] ?? '')
    const page = read('docs/permissions.md')
    expect(paths.length).toBeGreaterThan(4)
    expect(paths.filter((path) => !page.includes(`GET ${path.replace(/\/$/, '')}`))).toEqual([])
  })
})

describe('What is generated', () => {
  test('is up to date: inputs, outputs, counting rules, copied workflows (if not: npm run docs)', async () => {
    for (const { path, text } of await generatedFiles()) expect(read(path), path).toBe(text)
  })

  test('shows every input and output in the README, with its default and description', () => {
    const readme = read('README.md').replaceAll('\\|', '|')
    for (const [name, input] of Object.entries(metadata.inputs)) {
      expect(readme).toContain(`| \`${name}\` | ${input.default && `\`${input.default}\``} | ${input.description} |`)
    }
    for (const [name, output] of Object.entries(metadata.outputs)) {
      expect(readme).toContain(`| \`${name}\` | ${output.description} |`)
    }
  })

  test('hands every input of the action through the reusable workflow, with the same default', () => {
    const { on, jobs } = parse(read('.github/workflows/audit.yml'))
    const passed = jobs.audit.steps.at(-1).with
    expect(names(passed)).toEqual(names(metadata.inputs).filter((name) => name !== 'github-token'))
    const { environment, ...inputs } = on.workflow_call.inputs
    expect(environment.default).toBe('')
    for (const [name, input] of Object.entries<{ default: string }>(inputs)) {
      expect(input.default, name).toBe(metadata.inputs[name]?.default)
      expect(passed[name]).toBe(`\${{ inputs.${name} }}`)
    }
  })
})
