import { compareVerdicts, createFloor, type Figures, runAudit, runRival } from './contenders.ts'
import { leastRequests, leastWall } from './least.ts'
import { type Cost, median, repeat } from './measure.ts'
import { type Size, withService } from './service.ts'
import { megabytes, ratio, seconds, whole } from './table.ts'

/** The committed bundle beside the two scripts, and beside the least that any client must do, with no limit on requests. */

export type Rivalry = {
  world: string
  audit: Figures
  /** Null where it would take an hour. */
  obvious: Figures | null
  careful: Figures | null
  floor: Cost
  least: number
}

const LATENCY = 50

/**
 * All over one world. The first run of each is not counted: it lets the service make its replies, which it then keeps.
 * The action and the floor take turns, so that a busy machine is as hard on both; each script runs once.
 */
export async function besideRivals(world: string, size: Size, days: number, turns: number): Promise<Rivalry> {
  return withService(size, async (service) => {
    const { calls } = await runAudit(service, days)
    const floor = await createFloor(service, calls)
    await service.behave({ latency: LATENCY, limiter: null })
    const all = await repeat(turns, async () => ({ audit: await runAudit(service, days), floor: await floor.run() }))
    await floor.remove()
    const audit = median(all.map((turn) => turn.audit))
    const careful = days === 1 ? await runRival('careful', service, days) : null
    const obvious = days === 1 ? await runRival('obvious', service, days) : null
    compareVerdicts(world, audit, ...[careful, obvious].filter((figures) => figures !== null))
    return {
      world,
      audit,
      obvious,
      careful,
      floor: median(all.map((turn) => turn.floor)),
      least: leastRequests(size, days),
    }
  })
}

export const RIVALRY_HEAD = ['world', 'who', 'requests', 'received', 'wall', 'CPU', 'peak memory'] as const

export function rivalryRows({ world, audit, obvious, careful, floor, least }: Rivalry): string[][] {
  const line = (who: string, of: Pick<Figures, 'requests' | 'bytes' | 'wall' | 'cpu' | 'memory'>) => [
    world,
    who,
    whole(of.requests),
    megabytes(of.bytes),
    seconds(of.wall),
    seconds(of.cpu),
    megabytes(of.memory),
  ]
  const over = (who: string, of: Figures) => [
    world,
    `**action ÷ ${who}**`,
    ratio(audit.requests / of.requests),
    ratio(audit.bytes / of.bytes),
    ratio(audit.wall / of.wall),
    ratio(audit.cpu / of.cpu),
    ratio(audit.memory / of.memory),
  ]
  const wall = leastWall(least, { latency: LATENCY, work: floor.wall })
  return [
    line('action', audit),
    ...(careful ? [line('careful script', careful), over('careful', careful)] : []),
    ...(obvious ? [line('obvious script', obvious), over('obvious', obvious)] : []),
    [world, 'floor', whole(least), '', seconds(wall), seconds(floor.cpu), ''],
    [
      world,
      '**action ÷ floor**',
      ratio(audit.requests / least),
      '',
      ratio(audit.wall / wall),
      ratio(audit.cpu / floor.cpu),
      '',
    ],
  ]
}
