import fc from 'fast-check'
import { expect, test } from 'vitest'
import { atomsOf } from '../../../src/judge/usage/atoms.ts'
import type { RateLimitGroup } from '../../../src/vocabulary/limits/groups.ts'
import type { Snapshot } from '../../../src/vocabulary/limits/snapshot.ts'
import { allGroups, isOf, MODELS, makeUp } from './random-make-ups.ts'

const group = (name: string, ...models: string[]): RateLimitGroup => ({ type: 'model_group', name, models, limits: {} })
const snapshot = (groups: RateLimitGroup[], ...overrides: RateLimitGroup[]): Snapshot => ({
  groups,
  workspaces: overrides.length === 0 ? [] : [{ id: 'wrkspc_1', name: 'production', overrides }],
})

test('models of one group are one set as long as nothing tells them apart', () => {
  expect(atomsOf(null, snapshot([group('A', 'a2', 'a1'), group('B', 'b')]))).toEqual([['a1', 'a2'], ['b']])
})

test('a model that was in another group, or in none, is a set of its own', () => {
  const before = snapshot([group('A', 'a1', 'a2'), group('B', 'b1', 'b2', 'b3')])
  const now = snapshot([group('A', 'a1', 'a2', 'a3', 'b1'), group('B', 'b2', 'b3')])
  expect(atomsOf(before, now)).toEqual([['a1', 'a2'], ['a3'], ['b1'], ['b2', 'b3']])
})

test('so is one that only an override tells apart, and one that two groups list', () => {
  expect(atomsOf(null, snapshot([group('A', 'a1', 'a2', 'a3')], group('Newborn', 'a1')))).toEqual([
    ['a1'],
    ['a2', 'a3'],
  ])
  expect(atomsOf(null, snapshot([group('A', 'a1', 'a2'), group('B', 'a2')]))).toEqual([['a1'], ['a2']])
})

test('an override of a listed group, as a file keeps it, tells nothing apart', () => {
  expect(atomsOf(snapshot([group('A', 'a1', 'a2')], group('A')), snapshot([group('A', 'a1', 'a2')]))).toEqual([
    ['a1', 'a2'],
  ])
})

test('for random make-ups two models are in one set just where no group of either tells them apart', () => {
  fc.assert(
    fc.property(fc.option(makeUp), makeUp, (before, now) => {
      const atoms = atomsOf(before, now)
      const makeUps = [before, now].filter((each) => each !== null).map(allGroups)
      const listedIn = (groups: RateLimitGroup[]) => groups.flatMap(({ models }) => models)
      const listed = MODELS.filter((model) => makeUps.some((groups) => listedIn(groups).includes(model)))
      expect(atoms.flat().toSorted()).toEqual(listed.toSorted())
      const atomOf = (model: string) => atoms.findIndex((atom) => atom.includes(model))
      for (const one of listed)
        for (const other of listed) {
          const isTold = makeUps.some((groups) =>
            groups.some((each) => isOf(one, each, listedIn(groups)) !== isOf(other, each, listedIn(groups))),
          )
          expect(atomOf(one) === atomOf(other), `${one} and ${other}`).toBe(!isTold)
        }
    }),
  )
})
