import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createPool, type SlowDown } from '../../../src/collect/anthropic/pool.ts'

/** A pool whose tasks end when told to, and whose pauses end when told to. */
function start(most: number) {
  const wakes: (() => void)[] = []
  const pool = createPool(most, { sleep: () => new Promise((wake) => wakes.push(wake)) })
  const running = new Map<number, { slowDown: SlowDown; end: () => void }>()
  const add = (...ids: number[]) => {
    for (const id of ids)
      void pool.run(
        (slowDown) =>
          new Promise<void>((done) => {
            running.set(id, {
              slowDown,
              end: () => {
                running.delete(id)
                done()
              },
            })
          }),
      )
  }
  const end = async (...ids: number[]) => {
    for (const id of ids) running.get(id)?.end()
    await setImmediate()
  }
  return { add, end, running, wakes, ids: () => [...running.keys()] }
}

test('no more tasks run at once than allowed, in the order they came', async () => {
  const { add, end, ids } = start(2)
  add(1, 2, 3, 4)
  await setImmediate()
  expect(ids()).toEqual([1, 2])
  await end(2)
  expect(ids()).toEqual([1, 3])
  await end(1, 3)
  expect(ids()).toEqual([4])
})

test('a failed task makes room too', async () => {
  const pool = createPool(1, { sleep: async () => {} })
  await expect(pool.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await pool.run(async () => 'next')).toBe('next')
})

test('slowing down holds back whoever has not begun, and halves how many run at once', async () => {
  const { add, end, ids, running, wakes } = start(8)
  add(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
  await setImmediate()
  // All eight are told together: that is one slowdown, not eight.
  for (const { slowDown } of running.values()) slowDown(1000)
  await end(1, 2, 3, 4, 5, 6, 7, 8)
  expect(ids()).toEqual([])
  for (const wake of wakes) wake()
  await setImmediate()
  expect(ids()).toEqual([9, 10, 11, 12])
})

test('a second slowdown halves again, and never below one', async () => {
  const { add, end, ids, running, wakes } = start(2)
  for (const round of [1, 2, 3]) {
    add(round * 10, round * 10 + 1)
    await setImmediate()
    running.get(ids()[0]!)!.slowDown(1000)
    await end(...ids())
    for (const wake of wakes.splice(0)) wake()
    await setImmediate()
    await end(...ids())
  }
  add(100, 101)
  await setImmediate()
  expect(ids()).toEqual([100])
})

test('quiet tasks bring the number back', async () => {
  const { add, end, ids, running, wakes } = start(4)
  add(1)
  await setImmediate()
  running.get(1)!.slowDown(10)
  await end(1)
  for (const wake of wakes.splice(0)) wake()
  for (let id = 10; id < 20; id++) {
    add(id)
    await setImmediate()
    await end(id)
  }
  add(20, 21, 22, 23, 24)
  await setImmediate()
  expect(ids()).toEqual([20, 21, 22, 23])
})
