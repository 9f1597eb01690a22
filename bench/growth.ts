import { type Figures, runAudit } from './contenders.ts'
import { median, repeat } from './measure.ts'
import { type Size, withService } from './service.ts'
import { megabytes, seconds, whole } from './table.ts'

/** How the cost of the committed bundle grows with days and workspaces, with neither latency nor limit. */

export type Grown = { what: string; days: number; figures: Figures }

const SIZES = [
  [20, 5],
  [50, 0],
  [50, 50],
] as const

export async function growth(large: Size, windows: readonly number[], turns: number, say: (line: string) => void) {
  const worlds = [
    ...windows.map((days) => ({ what: days === 1 ? '1 day' : `${days} days`, size: large, days })),
    ...SIZES.map(([workspaces, withOverrides]) => ({
      what: `${workspaces} workspaces, ${withOverrides} with overrides`,
      size: { ...large, workspaces, withOverrides },
      days: 1,
    })),
  ]
  return repeatFor(worlds, async ({ what, size, days }): Promise<Grown> => {
    say(`growth: ${what}`)
    const figures = await withService(size, async (service) => {
      await runAudit(service, days)
      return median(await repeat(turns, () => runAudit(service, days)))
    })
    return { what, days, figures }
  })
}

async function repeatFor<Item, T>(items: readonly Item[], work: (item: Item) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (const item of items) results.push(await work(item))
  return results
}

export const GROWTH_HEAD = ['large world, no latency', 'requests', 'received', 'CPU', 'peak memory'] as const

export const growthRow = ({ what, figures }: Grown): string[] => [
  what,
  whole(figures.requests),
  megabytes(figures.bytes),
  seconds(figures.cpu),
  megabytes(figures.memory),
]
