import { execFileSync } from 'node:child_process'
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

/** What the linter says of some files, by the project's own rules. */
function linted(files: Record<string, string>): string {
  const root = mkdtempSync(join(folder, 'planted-'))
  const config = JSON.parse(readFileSync('biome.json', 'utf8'))
  writeFileSync(join(root, 'biome.json'), JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }))
  copyFileSync('package.json', join(root, 'package.json'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const biome = resolve('node_modules/.bin/biome')
  try {
    return execFileSync(biome, ['lint', '--reporter=github', 'src'], { cwd: root, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    return String((error as { stdout: unknown }).stdout)
  }
}

const planted = (from: string, to: string, kind: 'type' | 'value') => ({
  [`src/${from}/planted.ts`]:
    kind === 'type'
      ? `import type { There } from '../${to}/there.ts'\nexport type Here = There\n`
      : `import { there } from '../${to}/there.ts'\nexport const here = there\n`,
  [`src/${to}/there.ts`]: 'export type There = 1\nexport const there = 1\n',
})

describe('An import', () => {
  const pairs = STAGES.flatMap((from, index) => STAGES.slice(index + 1).map((to) => [from, to] as const))
  test.each(pairs)('from %s may not point to %s, which is later on the way', (from, to) => {
    expect(linted(planted(from, to, 'type'))).toContain('noRestrictedImports')
  })

  test('may point to an earlier stage', () => {
    expect(linted(planted('deliver', 'tell', 'value'))).not.toContain('noRestrictedImports')
    expect(linted(planted('judge', 'vocabulary', 'type'))).not.toContain('noRestrictedImports')
  })

  test('closes no circle, not even of types', () => {
    const circle = {
      'src/judge/one.ts': "import type { Two } from './two.ts'\nexport type One = Two\n",
      'src/judge/two.ts': "import type { One } from './one.ts'\nexport type Two = One[]\n",
    }
    expect(linted(circle)).toContain('noImportCycles')
  })
})

const CLOCKS = /\bDate\.now\b|\bnew Date(\(\)|(?!\()\b)|\bMath\.random\b|\bperformance\./

describe('Judge, report and tell are pure:', () => {
  test.each(['judge', 'report', 'tell'])('%s has no file, no network, no process, no clock', (stage) => {
    const impure = {
      files: "import { readFileSync } from 'node:fs'\nexport const text = readFileSync\n",
      network: 'export const page = () => fetch("http://127.0.0.1")\n',
      process: 'export const home = () => process.env.HOME\n',
      streams: "import { createReadStream } from 'node:fs/promises'\nexport const text = createReadStream\n",
      sockets: "import { connect } from 'node:tls'\nexport const socket = connect\n",
      transport: "import type { Transport } from '../transport/transport.ts'\nexport type Way = Transport\n",
      effects: "import type { Deps } from '../deps.ts'\nexport type Effects = Deps\n",
    }
    for (const [what, text] of Object.entries(impure))
      expect(linted({ [`src/${stage}/planted.ts`]: text }), what).toMatch(/noRestricted(Imports|Globals)/)
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
    const known = ['index.ts', 'main.ts', 'audit.ts', 'deps.ts', 'errors.ts', 'log.ts', 'run.ts']
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
