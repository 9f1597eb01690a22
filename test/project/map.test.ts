import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const guide = readFileSync('CONTRIBUTING.md', 'utf8')

/** The rows of the table under a heading, its head and rule left out. */
function rows(heading: string): string[] {
  const lines = guide.slice(guide.indexOf(heading)).split('\n')
  const first = lines.findIndex((line) => line.startsWith('| ---')) + 1
  const end = lines.findIndex((line, index) => index >= first && !line.startsWith('|'))
  return lines.slice(first, end)
}

const pathsIn = (text: string) =>
  [...text.matchAll(/`((?:src|test|scripts|\.github)\/[\w./-]*)`/g)].map(([, path]) => path)

test('the map answers ten questions and more, each with one file that exists', () => {
  const questions = rows('### Where would I change…')
  expect(questions.length).toBeGreaterThanOrEqual(10)
  for (const question of questions) {
    const paths = pathsIn(question)
    expect(paths, question).toHaveLength(1)
    expect(existsSync(paths[0]!), question).toBe(true)
  }
})

test('every file and folder that the guide names exists', () => {
  const missing = pathsIn(guide).filter((path) => !existsSync(path!))
  expect(missing).toEqual([])
})
