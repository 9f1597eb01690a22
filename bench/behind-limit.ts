import type { Limiter } from '../test/emulator/anthropic/options.ts'
import { compareVerdicts, type Figures, runAudit, runRival } from './contenders.ts'
import { type Size, withService } from './service.ts'
import { seconds, whole } from './table.ts'

/** What becomes of a run where the service answers 60 requests for usage a minute, which is what is documented. */

const PER_MINUTE = 60
const LATENCY = 50

const limiter = (kind: Limiter['kind'], retryAfter: boolean): Limiter => ({
  kind,
  perMinute: PER_MINUTE,
  retryAfter,
  of: 'analytics',
})
const FORMS: Record<string, Limiter> = {
  'bucket, says how long to wait': limiter('bucket', true),
  'bucket, does not say': limiter('bucket', false),
  'by the calendar minute': limiter('calendar', true),
}

export type Limited = {
  days: number
  form: string
  who: string
  /** Usage requests, those that were refused among them. */
  usage: number
  refused: number
  /** Milliseconds; null: not waited for. */
  wall: number | null
}

/** The action behind each form of the limit, for so many days; and the requests of the careful script, counted without one. */
export async function behindLimit(size: Size, windows: readonly number[], say: (line: string) => void) {
  const runs = windows.map((days) =>
    withService(size, async (service) => {
      const free = await runAudit(service, days)
      say(`${days} days: ${free.usage} usage requests without a limit`)
      const careful = days <= 7 ? await runRival('careful', service, days) : null
      if (careful) compareVerdicts(`${days} days`, free, careful)
      const rows = careful ? [counted(days, 'careful script', careful)] : []
      // A month takes eight minutes behind any of them.
      const forms = days > 7 ? Object.entries(FORMS).slice(0, 1) : Object.entries(FORMS)
      for (const [form, limit] of forms) {
        await service.behave({ latency: LATENCY, limiter: limit })
        const figures = await runAudit(service, days)
        compareVerdicts(`${days} days behind a limit`, free, figures)
        rows.push(row(days, form, 'action', figures, figures.wall))
        say(`${days} days, ${form}: ${figures.usage} usage requests, ${seconds(figures.wall)}`)
      }
      return rows
    }),
  )
  return (await Promise.all(runs)).flat()
}

/** A script's requests, counted where nothing was refused: behind the limit it would take the minutes that are shown, or longer. */
export const counted = (days: number, who: string, figures: Figures): Limited => row(days, 'none', who, figures, null)

const row = (days: number, form: string, who: string, { usage, refused }: Figures, wall: number | null): Limited => ({
  days,
  form,
  who,
  usage,
  refused,
  wall,
})

export const LIMITED_HEAD = ['days', 'who', 'limit', 'usage requests', 'refused', 'minutes at 60/min', 'wall'] as const

export function limitedRows(limited: readonly Limited[]): string[][] {
  return limited.map(({ days, form, who, usage, refused, wall }) => [
    String(days),
    who,
    form,
    whole(usage),
    whole(refused),
    (usage / PER_MINUTE).toFixed(1),
    wall === null ? 'not waited for' : seconds(wall),
  ])
}
