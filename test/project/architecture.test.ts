import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { projectFiles } from './yaml-blocks.ts'

/** The way of the data is the way of the imports: Biome's rules hold it, and here they are put to the test. */

const STAGES = ['inputs', 'collect', 'judge', 'report', 'tell', 'deliver']
const sources = projectFiles('src/**.ts')
const folder = mkdtempSync(join(tmpdir(), 'architecture-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What the linter says of each file that is planted beside the others, by the project's own rules: in one run, as each takes a fifth of a second. */
function lint(files: Record<string, string>): (path: string) => string[] {
  const config = JSON.parse(readFileSync('biome.json', 'utf8'))
  const settings = { ...config, $schema: undefined, vcs: { enabled: false } }
  writeFileSync(join(folder, 'biome.json'), JSON.stringify(settings))
  copyFileSync('package.json', join(folder, 'package.json'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const options = ['lint', '--reporter=github', '--max-diagnostics=none', 'src']
  const { stdout } = spawnSync(resolve('node_modules/.bin/biome'), options, { cwd: folder, encoding: 'utf8' })
  return (path) => stdout.split('::error').filter((line) => line.includes(`/${path},`))
}

const LATER = STAGES.flatMap((from, index) => STAGES.slice(index + 1).map((to) => [from, to] as const))
const EARLIER = [
  ['deliver', 'tell'],
  ['judge', 'vocabulary'],
] as const
const IMPURE = {
  files: "import { readFileSync } from 'node:fs'\nexport const text = readFileSync\n",
  network: 'export const page = () => fetch("http://127.0.0.1")\n',
  process: 'export const home = () => process.env.HOME\n',
  streams: "import { createReadStream } from 'node:fs/promises'\nexport const text = createReadStream\n",
  sockets: "import { connect } from 'node:tls'\nexport const socket = connect\n",
  transport: "import type { Transport } from '../transport/transport.ts'\nexport type Way = Transport\n",
  effects: "import type { Deps } from '../deps.ts'\nexport type Effects = Deps\n",
}
const saidOf = lint({
  ...Object.fromEntries(
    [...STAGES, 'vocabulary'].map((stage) => [
      `src/${stage}/there.ts`,
      'export type There = 1\nexport const there = 1\n',
    ]),
  ),
  ...Object.fromEntries(
    [...LATER, ...EARLIER].flatMap(([from, to]) => [
      [`src/${from}/type-of-${to}.ts`, `import type { There } from '../${to}/there.ts'\nexport type Here = There\n`],
      [`src/${from}/value-of-${to}.ts`, `import { there } from '../${to}/there.ts'\nexport const here = there\n`],
    ]),
  ),
  ...Object.fromEntries(
    ['judge', 'report', 'tell'].flatMap((stage) =>
      Object.entries(IMPURE).map(([what, text]) => [`src/${stage}/impure-${what}.ts`, text]),
    ),
  ),
  'src/judge/one.ts': "import type { Two } from './two.ts'\nexport type One = Two\n",
  'src/judge/two.ts': "import type { One } from './one.ts'\nexport type Two = One[]\n",
})

describe('An import', () => {
  test.each(LATER)('from %s may not point to %s, which is later on the way', (from, to) => {
    for (const kind of ['type', 'value'])
      expect(saidOf(`src/${from}/${kind}-of-${to}.ts`).join(), kind).toContain('noRestrictedImports')
  })

  test.each(EARLIER)('from %s may point to %s, which is earlier', (from, to) => {
    for (const kind of ['type', 'value']) expect(saidOf(`src/${from}/${kind}-of-${to}.ts`), kind).toEqual([])
  })

  test('closes no circle, not even of types', () => {
    expect(saidOf('src/judge/one.ts').join()).toContain('noImportCycles')
  })
})

const CLOCKS = /\bDate\.now\b|\bnew Date(\(\)|(?!\()\b)|\bMath\.random\b|\bperformance\./

describe('Judge, report and tell are pure:', () => {
  test.each(['judge', 'report', 'tell'])('%s has no file, no network, no process, no clock', (stage) => {
    for (const what of Object.keys(IMPURE))
      expect(saidOf(`src/${stage}/impure-${what}.ts`).join(), what).toMatch(/noRestricted(Imports|Globals)/)
  })

  test('a clock or a die would be found', () => {
    for (const text of ['Date.now()', 'new Date()', 'const now = new Date', 'Math.random()', 'performance.now()'])
      expect(text).toMatch(CLOCKS)
    expect('new Date(time).toISOString()').not.toMatch(CLOCKS)
  })
  test.each(sources.filter((path) => /^src\/(judge|report|tell)\//.test(path)))('%s', (path) => {
    expect(readFileSync(path, 'utf8')).not.toMatch(CLOCKS)
  })
})

describe('What judge, report and tell import, and what that imports in turn,', () => {
  /** Modules that a file takes values from: imports of types alone are gone when it runs. */
  const importedBy = (path: string) =>
    [...readFileSync(path, 'utf8').matchAll(/^(?:import|export) (?!type )[^']*?from '([^']+)'/gm)].map(
      ([, name = '']) => (name.startsWith('.') ? join(dirname(path), name) : name),
    )

  function reachedFrom(roots: readonly string[]): Map<string, string> {
    const reached = new Map<string, string>()
    const open = [...roots]
    for (let path = open.pop(); path !== undefined; path = open.pop())
      for (const name of importedBy(path)) {
        if (reached.has(name)) continue
        reached.set(name, path)
        if (name.startsWith('src/')) open.push(name)
      }
    return reached
  }
  /** Text in, text out: whether there is colour is said to them. */
  const PURE_MODULES = ['zod', 'node:path', 'cli-table3', 'picocolors', 'string-width']

  test('is pure as well: no file, no network, no process', () => {
    const reached = reachedFrom(sources.filter((path) => /^src\/(judge|report|tell)\//.test(path)))
    expect(reached.has('src/collect/repository/committed.ts')).toBe(true)
    const outside = [...reached].filter(([name]) => !name.startsWith('src/') && !PURE_MODULES.includes(name))
    expect(outside.map(([name, by]) => `${name} in ${by}`)).toEqual([])
    const files = [...reached.keys()].filter((name) => name.startsWith('src/'))
    expect(files.filter((path) => CLOCKS.test(readFileSync(path, 'utf8')))).toEqual([])
  })

  test('would be found where it reads a file', () => {
    const reached = reachedFrom(['src/collect/repository/read-committed.ts'])
    expect([...reached.keys()]).toEqual(expect.arrayContaining(['node:fs/promises']))
  })
})

describe('The house', () => {
  test('has nothing at its top but the doors, the run, and what all rooms use', () => {
    const top = sources.filter((path) => dirname(path) === 'src').map((path) => basename(path))
    const known = ['index.ts', 'main.ts', 'audit.ts', 'deps.ts', 'effects.ts', 'errors.ts', 'log.ts', 'run.ts']
    expect(top.filter((name) => !known.includes(name))).toEqual([])
  })

  test('has no crowded folder', () => {
    const folders = Map.groupBy(sources, (path) => dirname(path))
    const crowded = [...folders]
      .filter(([, files]) => files.length > 13)
      .map(([name, { length }]) => `${name}: ${length}`)
    expect(crowded).toEqual([])
  })

  test('has no file that takes two readings', () => {
    const lines = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n').length
    expect(sources.filter((path) => lines(path) > 250).map((path) => `${path}: ${lines(path)}`)).toEqual([])
  })

  test('has a name for every file: the same one occurs once', () => {
    const same = Map.groupBy(sources, (path) => basename(path))
    expect([...same.values()].filter(({ length }) => length > 1)).toEqual([])
  })
})
