import { readdir, stat } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { behindLimit, counted, LIMITED_HEAD, type Limited, limitedRows } from './behind-limit.ts'
import { besideRivals, RIVALRY_HEAD, rivalryRows } from './beside-rivals.ts'
import { BESIDE_HEAD, type Beside, beside, besideRows, earlierBundle } from './earlier.ts'
import { GROWTH_HEAD, type Grown, growth, growthRow } from './growth.ts'
import { type Check, checkRow, MUST_HEAD, ofDays, ofEarlier, ofLimit, ofSize } from './must-hold.ts'
import type { Size } from './service.ts'
import { table } from './table.ts'

/**
 * `npm run bench`: what the committed bundle costs, in four parts: beside an earlier bundle, behind a limit of 60 requests a
 * minute, beside the scripts anyone would write, and how it grows. All take about a quarter of an hour, and want a machine with
 * nothing else to do; `npm run bench -- earlier --quick` runs one of them with fewer turns.
 * Ends with 1 where a line of what must hold does not.
 */

const PARTS = ['earlier', 'limit', 'rivals', 'growth'] as const
const SMALL: Size = { models: 5, workspaces: 3, withOverrides: 1 }
const LARGE: Size = { models: 20, workspaces: 50, withOverrides: 5 }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, earlier: { type: 'string' } },
})
const unknown = positionals.filter((name) => !PARTS.some((part) => part === name))
if (unknown.length > 0) throw new Error(`No such part: ${unknown.join(', ')}. There are ${PARTS.join(', ')}.`)
const isAsked = (part: (typeof PARTS)[number]) => positionals.length === 0 || positionals.includes(part)
const turns = values.quick ? 3 : 9
const windows = values.quick ? [1, 7] : [1, 7, 31]

const say = (line: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`)
const load = () => loadavg()[0]?.toFixed(1)
const loadBefore = load()
const checks: Check[] = []
const tables: string[] = []
const limited: Limited[] = []

if (isAsked('earlier')) {
  const bundle = await earlierBundle(values.earlier)
  const both: Beside[] = []
  for (const [world, size] of Object.entries({ small: SMALL, large: LARGE })) {
    say(`${world} world, beside the earlier bundle`)
    both.push(await beside(world, size, bundle, values.quick ? 3 : 21))
  }
  checks.push(...ofEarlier(both))
  tables.push(table(BESIDE_HEAD, both.flatMap(besideRows)))
}
if (isAsked('growth')) {
  const grown: Grown[] = await growth(LARGE, windows, values.quick ? 1 : 3, say)
  checks.push(...ofDays(grown))
  tables.push(table(GROWTH_HEAD, grown.map(growthRow)))
}
// Behind the limit a run mostly waits, and what is measured of it is requests: the scripts may run meanwhile.
const waited = isAsked('limit') ? behindLimit(LARGE, windows, say) : Promise.resolve([])
if (isAsked('rivals')) {
  say('beside the scripts')
  const small = await besideRivals('small', SMALL, 1, turns)
  const large = await besideRivals('large', LARGE, 1, turns)
  if (large.obvious) limited.push(counted(1, 'obvious script', large.obvious))
  tables.push(table(RIVALRY_HEAD, [small, large].flatMap(rivalryRows)))
}
if (isAsked('limit')) {
  limited.push(...(await waited))
  checks.push(...ofLimit(limited))
  tables.push(table(LIMITED_HEAD, limitedRows(limited)))
}
checks.push(ofSize(await sizeOfAction()))

/** Bytes of all files that the action may load; `desk.js` is the other door. */
async function sizeOfAction(): Promise<number> {
  const folder = new URL('../dist/', import.meta.url)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js') && name !== 'desk.js')
  const sizes = await Promise.all(names.map(async (name) => (await stat(new URL(name, folder))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, load ${loadBefore} at the start and ${load()} at the end.

${[table(MUST_HEAD, checks.map(checkRow)), ...tables].join('\n\n')}
`)

const missed = checks.filter(({ value, most }) => !(value <= most))
if (missed.length > 0) {
  console.error(`Does not hold: ${missed.map(({ figure }) => figure).join('; ')}.`)
  process.exitCode = 1
}
