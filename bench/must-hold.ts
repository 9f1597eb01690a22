import type { Limited } from './behind-limit.ts'
import type { Beside } from './earlier.ts'
import type { Grown } from './growth.ts'
import { megabytes, ratio, seconds, whole } from './table.ts'

/** The lines that a release must not step over, and what was measured. */

export type Check = { figure: string; value: number; most: number; show: (value: number) => string }

export const MUST_HEAD = ['figure', 'measured', 'at most', ''] as const

export const checkRow = ({ figure, value, most, show }: Check): string[] => [
  figure,
  show(value),
  show(most),
  value <= most ? 'holds' : '**missed**',
]

const MOST_CPU: Record<string, number> = { small: 1.05, large: 0.8 }

export function ofEarlier(all: readonly Beside[]): Check[] {
  return all.flatMap(({ world, over }) => [
    {
      figure: `CPU over the earlier bundle's, ${world} world`,
      value: over.cpu,
      most: MOST_CPU[world] ?? 1,
      show: ratio,
    },
    {
      figure: `time to the first request over the earlier bundle's, ${world} world`,
      value: over.untilFirstRequest,
      most: 1.2,
      show: ratio,
    },
  ])
}

export function ofDays(grown: readonly Grown[]): Check[] {
  const memoryOf = (days: number) => grown.find((one) => one.days === days)?.figures.memory
  const [day, month] = [memoryOf(1), memoryOf(31)]
  return [
    ...(day ? [{ figure: 'peak memory of a day', value: day, most: 200e6, show: megabytes }] : []),
    ...(day && month
      ? [{ figure: 'peak memory of 31 days over that of a day', value: month / day, most: 1.1, show: ratio }]
      : []),
  ]
}

const MOST_USAGE: Record<number, number> = { 1: 60, 7: 180, 31: 650 }

export function ofLimit(limited: readonly Limited[]): Check[] {
  const most = (rows: readonly Limited[], of: (row: Limited) => number) => Math.max(...rows.map(of))
  return [...Map.groupBy(limited, ({ days }) => days)].flatMap(([days, rows]): Check[] => {
    const ours = rows.filter(({ who }) => who === 'action')
    const usage = most(ours, (row) => row.usage)
    const window = days === 1 ? 'a day' : `${days} days`
    const careful = rows.find(({ who }) => who === 'careful script')
    return [
      { figure: `usage requests of ${window}`, value: usage, most: MOST_USAGE[days] ?? 0, show: whole },
      ...(days === 1
        ? [
            {
              figure: 'wall time of a day behind the limit',
              value: most(ours, (row) => row.wall ?? 0),
              most: 15_000,
              show: seconds,
            },
          ]
        : []),
      ...(careful
        ? [
            {
              figure: `usage requests of ${window} over the careful script's`,
              value: usage / careful.usage,
              most: 0.4,
              show: ratio,
            },
          ]
        : []),
    ]
  })
}

export const ofSize = (bytes: number): Check => ({
  figure: 'the action in `dist`, all its files',
  value: bytes,
  most: 2e6,
  show: megabytes,
})
