import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import type { Deps } from './deps.ts'

/** The effects of the runtime itself, which are the same at both doors. */
export const RUNTIME: Pick<Deps, 'now' | 'sleep' | 'saveMemory' | 'random'> = {
  now: Date.now,
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => {}),
  // docs/performance.md has what it saves.
  saveMemory: () => {
    setFlagsFromString('--semi-space-growth-factor=1')
    setFlagsFromString('--heap-growing-percent=20')
  },
  random: Math.random,
}
