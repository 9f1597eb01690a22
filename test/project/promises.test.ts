import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { PROMISES, PROMISING } from './promises.ts'

/** What the README promises is tested or true by construction; a promise that nobody holds does not get in. */

const plain = (text: string) =>
  text
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('’', "'")
    .replaceAll(/\s+/g, ' ')

const readme = readFileSync('README.md', 'utf8')

/** The prose and the cells of one part, a sentence or a cell each; without what only says where more is written. */
function sentencesOf(heading: string): string[] {
  const part = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  const [, ...lines] = part.split('\n')
  const cells = lines
    .filter((line) => line.startsWith('| ') && !line.startsWith('| |') && !line.startsWith('| ---'))
    .flatMap((line) => line.split('|').slice(2, -1))
  const prose = lines
    .filter((line) => line !== '' && !line.startsWith('|'))
    .flatMap((line) => plain(line).split(/(?<=\.) (?=[A-Z`]|docs\/)/))
  return [...cells, ...prose]
    .map((text) => plain(text).trim())
    .filter((text) => text !== '' && !/^(The details are in|docs\/\S+ (has|lists))/.test(text))
}

describe('The README', () => {
  test.each(PROMISES)('says, and somebody holds: $says', (promised) => {
    expect(plain(readme)).toContain(plain(promised.says))
    if ('byConstruction' in promised) return expect(promised.byConstruction).toMatch(/\w{4,}.*\.$/)
    expect(promised.test).toMatch(/.{12,}/)
    expect(existsSync(promised.file), promised.file).toBe(true)
    expect(readFileSync(promised.file, 'utf8'), `${promised.file} has no such test`).toContain(promised.test)
  })

  test.each(PROMISING)('promises nothing under "%s" that is not on the list', (heading) => {
    const sentences = sentencesOf(heading)
    expect(sentences.length).toBeGreaterThan(2)
    const listed = new Set(PROMISES.map(({ says }) => plain(says)))
    expect(sentences.filter((sentence) => !listed.has(sentence))).toEqual([])
  })
})
