import { describe, expect, test } from 'vitest'
import { matchGroups } from '../../../src/judge/limits/match.ts'
import type { RateLimitGroup } from '../../../src/vocabulary/limits/groups.ts'

const group = (name: string, ...models: string[]): RateLimitGroup => ({
  type: 'model_group',
  name,
  models,
  limits: {},
})

/** Which group of before each group of now is. */
function partners(before: RateLimitGroup[], after: RateLimitGroup[]) {
  const match = matchGroups(before, after)
  return Object.fromEntries(after.map((now) => [now.name, match.before(now)?.name ?? null]))
}

describe('groups are matched by what they contain:', () => {
  test('the pair that shares most models, whatever their names and their order', () => {
    const before = [group('old', 'a', 'b', 'c'), group('other', 'd')]
    const splinter = group('old (splinter)', 'a')
    const rest = group('renamed', 'b', 'c')
    expect(partners(before, [splinter, rest])).toEqual({ 'old (splinter)': null, renamed: 'old' })
    expect(partners(before, [rest, splinter])).toEqual({ 'old (splinter)': null, renamed: 'old' })
  })

  test('more shared models count for more than fewer others', () => {
    const before = [group('wide', 'a', 'b', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z'), group('narrow', 'c')]
    expect(partners(before, [group('now', 'a', 'b', 'c')])).toEqual({ now: 'wide' })
  })

  test('of pairs that share as many models, the one with fewer others', () => {
    const before = [group('a wide one', 'a', 'x', 'y', 'z'), group('narrow', 'b')]
    expect(partners(before, [group('now', 'a', 'b')])).toEqual({ now: 'narrow' })
  })

  test('of pairs that are equal in that, the one of the same name', () => {
    expect(partners([group('one', 'a'), group('two', 'b')], [group('two', 'a', 'b')])).toEqual({ two: 'two' })
  })

  test('nothing in common is no match, not even with the same name', () => {
    expect(partners([group('Opus', 'a')], [group('Opus', 'b')])).toEqual({ Opus: null })
  })

  test('groups without models pair within their type, by name first', () => {
    const batch = (name: string): RateLimitGroup => ({ type: 'batch', name, models: [], limits: {} })
    expect(partners([batch('one'), batch('two')], [batch('two')])).toEqual({ two: 'two' })
    expect(partners([batch('one')], [batch('renamed')])).toEqual({ renamed: 'one' })
    expect(partners([batch('one')], [{ ...batch('one'), type: 'files' }])).toEqual({ one: null })
  })
})
