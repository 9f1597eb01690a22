import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type File, Instrumenter } from '@stryker-mutator/instrumenter'

/**
 * Mutation testing of judge and tell: breaks the code in one place at a time and counts how often no test notices.
 * Stryker's instrumenter makes the mutants; its runner does not yet filter the tests of Vitest 5, so this one runs them.
 *   npm run mutate                        200 mutants, drawn by the seed of the day
 *   npm run mutate -- --most 50 --seed 7  fewer, and the same ones again
 *   npm run mutate -- --files src/judge/usage/peaks.ts
 */

const { values } = parseArgs({
  options: {
    most: { type: 'string', default: '200' },
    seed: { type: 'string', default: new Date().toISOString().slice(0, 10).replaceAll('-', '') },
    files: { type: 'string', multiple: true },
  },
})
const LOWEST_SCORE = 85
/** A mutant that makes a loop endless is noticed too: by its CPU time, so that a busy machine makes no difference. All tests take 60. */
const MOST_SECONDS = 180
/** The number of no mutant. */
const ASLEEP = ''
/** They start dist, the browser, or whole runs by the hundred; what they would notice, nearer tests must. */
const LEFT_OUT = [
  'test/audit/**',
  'test/end-to-end/**',
  'test/project/**',
  'test/emulator/**',
  'test/bench/**',
  '**/*.browser.test.ts',
]

const silent = () => {}
const logger = {
  ...{ trace: silent, debug: silent, info: silent, warn: silent, error: silent, fatal: silent },
  ...{ isTraceEnabled: () => false, isDebugEnabled: () => false, isInfoEnabled: () => false },
  ...{ isWarnEnabled: () => false, isErrorEnabled: () => false, isFatalEnabled: () => false },
}

const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n')
const wanted = values.files ?? tracked.filter((path) => /^src\/(judge|tell)\/.*\.ts$/.test(path))
const sandbox = mkdtempSync(join(tmpdir(), 'mutate-'))
process.on('exit', () => rmSync(sandbox, { recursive: true, force: true }))

type Mutant = {
  id: string
  fileName: string
  mutatorName: string
  replacement: string
  location: { start: { line: number } }
}

const mutants = await plant()
const drawn = draw(mutants, Number(values.most), Number(values.seed))
if (!(await passes(wanted, ASLEEP)))
  throw new Error('The tests fail with all mutants asleep: mend them first, or every mutant would count as noticed.')
console.log(`${drawn.length} of ${mutants.length} mutants in ${wanted.length} files, seed ${values.seed}.`)
const survivors = await runAll(drawn)
const score = (1 - survivors.length / drawn.length) * 100
console.log(`${drawn.length - survivors.length} of ${drawn.length} noticed: a score of ${score.toFixed(1)} %.`)
process.exitCode = score < LOWEST_SCORE ? 1 : 0

/** Copies the project with all mutants in it, each asleep until its number is in the environment. */
async function plant(): Promise<Mutant[]> {
  for (const path of tracked) {
    mkdirSync(dirname(join(sandbox, path)), { recursive: true })
    cpSync(path, join(sandbox, path))
  }
  symlinkSync(resolve('node_modules'), join(sandbox, 'node_modules'))
  const files: File[] = wanted.map((name) => ({ name, content: readFileSync(name, 'utf8'), mutate: true }))
  const options = { plugins: null, ignorers: [], excludedMutations: ['StringLiteral'], noHeader: false }
  const result = await new Instrumenter(logger).instrument(files, options as never)
  for (const { name, content } of result.files) writeFileSync(join(sandbox, name), content)
  // Those that are left out by their kind are listed, but not planted.
  return (result.mutants as unknown as (Mutant & { status?: string })[]).filter(({ status }) => status !== 'Ignored')
}

/** The same ones for the same seed and the same code. */
function draw(all: readonly Mutant[], most: number, seed: number): Mutant[] {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state
  }
  return all
    .map((mutant) => ({ mutant, rank: next() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ mutant }) => mutant)
}

/** The mutants that no test noticed. */
async function runAll(all: readonly Mutant[]): Promise<Mutant[]> {
  const waiting = [...all]
  const unnoticed: Mutant[] = []
  const work = async () => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      if (await passes([mutant.fileName], mutant.id)) {
        unnoticed.push(mutant)
        console.log(describe(mutant))
      }
      if (waiting.length % 20 === 0) console.log(`${waiting.length} to go, ${unnoticed.length} unnoticed so far.`)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return unnoticed
}

/** Whether the tests that reach some files pass with one mutant awake. A file that no test reaches passes. */
function passes(files: readonly string[], mutant: string): Promise<boolean> {
  const excluded = LEFT_OUT.flatMap((pattern) => ['--exclude', pattern])
  const how = [
    '--run',
    '--bail=1',
    '--testTimeout=120000',
    '--maxWorkers=1',
    '--reporter=dot',
    '--passWithNoTests',
    ...excluded,
  ]
  const vitest = [process.execPath, join(sandbox, 'node_modules/vitest/vitest.mjs'), 'related', ...files, ...how]
  const limited = `ulimit -t ${MOST_SECONDS}; exec "$@"`
  const child = spawn('sh', ['-c', limited, 'sh', ...vitest], {
    cwd: sandbox,
    env: { ...process.env, __STRYKER_ACTIVE_MUTANT__: mutant, NO_COLOR: '1' },
    stdio: mutant === ASLEEP ? 'inherit' : 'ignore',
  })
  return new Promise((done) => child.on('exit', (code) => done(code === 0)))
}

function describe({ fileName, location, mutatorName, replacement }: Mutant): string {
  const line = location.start.line + 1
  const original = readFileSync(fileName, 'utf8').split('\n')[line - 1]?.trim()
  return `${fileName}:${line} ${mutatorName}\n  - ${original}\n  + ${replacement.replaceAll('\n', ' ').slice(0, 160)}`
}
