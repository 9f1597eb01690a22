import type { Deps } from '../../deps.ts'

/** Makes everyone wait: called by a task that was told to slow down. */
export type SlowDown = (milliseconds: number) => void

/** Runs at most so many tasks at once, in the order they came. */
export type Pool = { run: <T>(task: (slowDown: SlowDown) => Promise<T>) => Promise<T> }

/**
 * A pool of at most `most` tasks at once. A task that calls `slowDown` halves that number and holds back every task
 * that has not begun; what was under way together with it counts as one call. The number grows back by one
 * after as many quiet tasks in a row.
 */
export function createPool(most: number, { sleep }: Pick<Deps, 'sleep'>): Pool {
  const waiting: (() => void)[] = []
  let limit = most
  let active = 0
  let quiet = 0
  let slowdowns = 0
  let pause: Promise<unknown> = Promise.resolve()

  const slowDownSince = (begun: number) => (milliseconds: number) => {
    pause = Promise.all([pause, sleep(milliseconds)])
    if (begun !== slowdowns) return
    slowdowns++
    quiet = 0
    limit = Math.max(1, Math.floor(limit / 2))
  }

  const enter = async () => {
    while (active >= limit) await new Promise<void>((wake) => waiting.push(wake))
    active++
    for (let known: unknown; known !== pause; ) {
      known = pause
      await known
    }
  }

  const leave = (begun: number) => {
    active--
    if (begun === slowdowns && ++quiet >= limit && limit < most) {
      limit++
      quiet = 0
    }
    for (const wake of waiting.splice(0, Math.max(0, limit - active))) wake()
  }

  return {
    run: async (task) => {
      await enter()
      const begun = slowdowns
      try {
        return await task(slowDownSince(begun))
      } finally {
        leave(begun)
      }
    },
  }
}
