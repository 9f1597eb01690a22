import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Limiter } from '../test/emulator/anthropic/options.ts'
import { startAnthropic } from '../test/emulator/anthropic/server.ts'
import { largeWorld } from '../test/emulator/world/large.ts'

/** Anthropic's emulator in a process of its own, so that its work is not counted as the client's. */

export type Size = { models: number; workspaces: number; withOverrides: number }

/** A request it got, and the bytes it answered with, as they went over the wire. */
export type Call = { url: string; headers: Record<string, string>; status: number; bytes: number }

/** From now on every reply takes `latency` milliseconds; `limiter`: what it serves in a minute, all of it to begin with. */
export type Manner = { latency: number; limiter: Limiter | null }

export type Service = {
  url: string
  behave: (manner: Manner) => Promise<void>
  /** What it got since the last time it was asked. */
  calls: () => Promise<Call[]>
  stop: () => Promise<void>
}

type Order = Manner | 'calls'

const DAY = 86_400_000
const HOUR = 3_600_000
const today = Math.floor(Date.now() / DAY) * DAY
/** What time the service believes it is, at first: a morning after yesterday's data are complete. */
const MORNING = today + 6 * HOUR

/** The day before the service's. */
export const YESTERDAY = new Date(today - DAY).toISOString().slice(0, 10)

export async function startService(size: Size): Promise<Service> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(size)], { execArgv: [] })
  const answer = async () => (await once(child, 'message'))[0]
  const ask = (order: Order) => {
    child.send(order)
    return answer()
  }
  return {
    url: (await answer()) as string,
    behave: async (manner) => {
      await ask(manner)
    },
    calls: async () => (await ask('calls')) as Call[],
    stop: async () => {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

export async function withService<T>(size: Size, work: (service: Service) => Promise<T>): Promise<T> {
  const service = await startService(size)
  try {
    return await work(service)
  } finally {
    await service.stop()
  }
}

/** Its clock runs, for a limiter by the minute; what it says of the data's age does not, so that its replies can be kept. */
async function serve(size: Size): Promise<void> {
  const begun = Date.now()
  let passed = 0
  const now = () => MORNING + passed + Date.now() - begun
  const emulator = await startAnthropic(largeWorld({ ...size, now }), {
    strictVersions: false,
    dataRefreshedAt: new Date(MORNING).toISOString(),
  })
  process.on('message', (order: Order) => {
    if (order === 'calls') {
      const calls = emulator.requests.map(({ url, headers, reply }) => ({
        url,
        headers,
        status: reply?.status ?? 0,
        bytes: reply?.bytes ?? 0,
      }))
      emulator.requests.length = 0
      return process.send!(calls satisfies Call[])
    }
    emulator.latency = order.latency
    emulator.options.limiter = order.limiter
    // Whatever was asked before is over: no limiter remembers an hour.
    passed += HOUR
    return process.send!(null)
  })
  process.on('disconnect', () => process.exit())
  process.send!(emulator.url)
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) await serve(JSON.parse(process.argv[2]!))
