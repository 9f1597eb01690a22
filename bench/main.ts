import { stat } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { type Audit, createFloor, type Figures, runAudit, runObvious } from './contenders.ts'
import { leastRequests, leastWall } from './least.ts'
import { type Cost, median, repeat } from './measure.ts'
import { type Service, type Size, startService } from './service.ts'
import { megabytes, ratio, seconds, table, whole } from './table.ts'

/**
 * `npm run bench`: what the committed bundle costs, beside the script anyone would write first and beside the least that
 * any client must do. It takes about a quarter of an hour, and wants a machine with nothing else to do.
 */

const DAY = 86_400_000
const HOUR = 3_600_000
const SMALL: Size = { models: 5, workspaces: 3, withOverrides: 1 }
const LARGE: Size = { models: 20, workspaces: 50, withOverrides: 5 }

const today = Math.floor(Date.now() / DAY) * DAY
const date = new Date(today - DAY).toISOString().slice(0, 10)
const yesterday = (days = 1): Audit => ({ date, days })
const say = (line: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`)

type Row = { world: string; latency: number; audit: Figures; obvious: Figures | null; floor: Cost; least: number }

async function withWorld<T>(of: Size, work: (service: Service) => Promise<T>): Promise<T> {
  const service = await startService(of, today + 6 * HOUR)
  try {
    return await work(service)
  } finally {
    await service.stop()
  }
}

/**
 * All three over one world. The first run of each contender is not counted: it lets the emulator make its replies, which
 * it then keeps. The action and the floor take turns, so that a busy machine is as hard on both.
 */
async function compare(
  world: string,
  of: Size,
  days: number,
  { latencies, turns: count }: { latencies: number[]; turns: number },
): Promise<Row[]> {
  return withWorld(of, async (service) => {
    const hasObvious = days === 1
    say(`${world}: warming up`)
    const { calls } = await runAudit(service, yesterday(days))
    if (hasObvious) await runObvious(service, yesterday(days))
    const floor = await createFloor(service, calls)
    const rows: Row[] = []
    for (const latency of latencies) {
      await service.latency(latency)
      say(`${world}, ${latency} ms: the action and the floor`)
      const turns = await repeat(count, async () => ({
        audit: await runAudit(service, yesterday(days)),
        floor: await floor.run(),
      }))
      const audit = median(turns.map((turn) => turn.audit))
      if (hasObvious) say(`${world}, ${latency} ms: the obvious script`)
      const obvious = hasObvious ? await runObvious(service, yesterday(days)) : null
      if (obvious && audit.value.join('\n') !== obvious.value.join('\n'))
        throw new Error(`${world}: the verdicts differ.\n${audit.value.join('\n')}\n\n${obvious.value.join('\n')}`)
      rows.push({
        world,
        latency,
        audit,
        obvious,
        floor: median(turns.map((turn) => turn.floor)),
        least: leastRequests(of, days),
      })
      for (const line of rowsOf(rows.at(-1)!)) say(line.join('  '))
    }
    await floor.remove()
    return rows
  })
}

const FIGURES = ['world', 'latency', 'who', 'requests', 'received', 'wall', 'CPU', 'peak memory']

function rowsOf({ world, latency, audit, obvious, floor, least }: Row): string[][] {
  const line = (who: string, of: Pick<Figures, 'requests' | 'bytes' | 'wall' | 'cpu' | 'memory'>) => [
    world,
    `${latency} ms`,
    who,
    whole(of.requests),
    megabytes(of.bytes),
    seconds(of.wall),
    seconds(of.cpu),
    megabytes(of.memory),
  ]
  const { cpu } = floor
  const wall = leastWall(least, { latency, work: floor.wall })
  const over = (who: string, requests: number, than: Pick<Cost, 'wall' | 'cpu'>, bytes?: number, memory?: number) => [
    world,
    `${latency} ms`,
    who,
    ratio(audit.requests / requests),
    bytes === undefined ? '' : ratio(audit.bytes / bytes),
    ratio(audit.wall / than.wall),
    ratio(audit.cpu / than.cpu),
    memory === undefined ? '' : ratio(audit.memory / memory),
  ]
  return [
    line('action', audit),
    ...(obvious ? [line('obvious script', obvious)] : []),
    [world, `${latency} ms`, 'floor', whole(least), '', seconds(wall), seconds(cpu), ''],
    ...(obvious ? [over('**action ÷ obvious**', obvious.requests, obvious, obvious.bytes, obvious.memory)] : []),
    over('**action ÷ floor**', least, { wall, cpu }),
  ]
}

async function growth(ofMonth: Row): Promise<string[][]> {
  const line = (what: string, { requests, bytes, cpu, memory }: Figures) => [
    what,
    whole(requests),
    megabytes(bytes),
    seconds(cpu),
    megabytes(memory),
  ]
  const measureOne = (of: Size, days: number) =>
    withWorld(of, async (service) => {
      await runAudit(service, yesterday(days))
      return median(await repeat(3, () => runAudit(service, yesterday(days))))
    })
  const rows: string[][] = []
  for (const days of [1, 2, 7]) {
    say(`growth: ${days} days`)
    rows.push(line(`${days} ${days === 1 ? 'day' : 'days'}`, await measureOne(LARGE, days)))
  }
  rows.push(line('31 days, at 50 ms', ofMonth.audit))
  for (const [workspaces, withOverrides] of [
    [5, 5],
    [20, 5],
    [50, 5],
    [50, 0],
    [50, 25],
    [50, 50],
  ] as const) {
    say(`growth: ${workspaces} workspaces`)
    const figures = await measureOne({ ...LARGE, workspaces, withOverrides }, 1)
    rows.push(line(`${workspaces} workspaces, ${withOverrides} with overrides`, figures))
  }
  return rows
}

function mustHold(ofDay: Row, ofMonth: Row, bundle: number): string[][] {
  const { audit, obvious, floor } = ofDay
  const check = (figure: string, value: number, most: number, show: (amount: number) => string) => [
    figure,
    show(value),
    show(most),
    value <= most ? 'holds' : '**missed**',
  ]
  const milliseconds = (value: number) => `${value.toFixed(0)} ms`
  return [
    check("requests over the obvious script's", audit.requests / obvious!.requests, 0.1, ratio),
    check("wall time over the obvious script's", audit.wall / obvious!.wall, 0.05, ratio),
    check('CPU time over the floor', audit.cpu / floor.cpu, 2, ratio),
    check('peak memory, 31 days over 1 day', ofMonth.audit.memory / audit.memory, 1.1, ratio),
    check('peak memory, of 1 day', audit.memory, 250e6, megabytes),
    check('peak memory, of 31 days', ofMonth.audit.memory, 250e6, megabytes),
    check(
      'start-up to first request over an empty Node start',
      audit.untilFirstRequest! - floor.untilEnd,
      180,
      milliseconds,
    ),
    check('`dist/index.js`', bundle, 2e6, megabytes),
  ]
}

say(`load ${loadavg()[0]!.toFixed(2)}`)
const small = await compare('small', SMALL, 1, { latencies: [0, 50], turns: 11 })
const large = await compare('large', LARGE, 1, { latencies: [0, 50], turns: 11 })
const [month] = await compare('31 days', LARGE, 31, { latencies: [50], turns: 5 })
const grown = await growth(month!)
const { size } = await stat(new URL('../dist/index.js', import.meta.url))

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]!.model}, load ${loadavg()[0]!.toFixed(2)} at the end.

${table(['figure (large world, 50 ms)', 'measured', 'at most', ''], mustHold(large[1]!, month!, size))}

${table(FIGURES, [...small, ...large, month!].flatMap(rowsOf))}

${table(['large world, no latency', 'requests', 'received', 'CPU', 'peak memory'], grown)}
`)
