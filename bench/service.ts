import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startAnthropic } from '../test/emulator/anthropic/server.ts'
import { largeWorld } from '../test/emulator/world/large.ts'

/** Anthropic's emulator in a process of its own, so that its work is not counted as the client's. */

export type Size = { models: number; workspaces: number; withOverrides: number }

/** A request it got, and the bytes it answered with, as they went over the wire. */
export type Call = { url: string; headers: Record<string, string>; bytes: number }

export type Service = {
  url: string
  /** From now on every reply takes `latency` milliseconds. */
  latency: (latency: number) => Promise<void>
  /** What it got since the last time it was asked. */
  calls: () => Promise<Call[]>
  stop: () => Promise<void>
}

type Order = { latency: number } | 'calls'

/** `now`: what time the service believes it is, UTC milliseconds. */
export async function startService(size: Size, now: number): Promise<Service> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify({ ...size, now })], { execArgv: [] })
  const answer = async () => (await once(child, 'message'))[0]
  const ask = (order: Order) => {
    child.send(order)
    return answer()
  }
  return {
    url: (await answer()) as string,
    latency: async (latency) => {
      await ask({ latency })
    },
    calls: async () => (await ask('calls')) as Call[],
    stop: async () => {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) {
  const emulator = await startAnthropic(largeWorld(JSON.parse(process.argv[2]!)), { strictVersions: false })
  process.on('message', (order: Order) => {
    if (order === 'calls') {
      const calls = emulator.requests.map(({ url, headers, reply }) => ({ url, headers, bytes: reply?.bytes ?? 0 }))
      emulator.requests.length = 0
      return process.send!(calls satisfies Call[])
    }
    emulator.latency = order.latency
    return process.send!(null)
  })
  process.on('disconnect', () => process.exit())
  process.send(emulator.url)
}
