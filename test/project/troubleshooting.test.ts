import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { projectFiles } from './yaml-blocks.ts'

const page = readFileSync('docs/troubleshooting.md', 'utf8')
const headings = [...page.matchAll(/^#### (`+)(.+)\1$/gm)].map((match) => match[2] ?? '')

const sources = projectFiles('src/**.ts')
  .map((path) => readFileSync(path, 'utf8').replaceAll('\\`', '`'))
  .join('\n')

describe('Troubleshooting', () => {
  test('lists errors by their message', () => {
    expect(headings.length).toBeGreaterThan(15)
    expect(new Set(headings).size).toBe(headings.length)
  })

  test.each(headings)('%s is what the code says', (heading) => {
    // A status and the words after it are Anthropic's own, quoted at run time: they stand in no source file.
    const parts = heading.replace(/(?<=answered) \d{3}[^…]*/, '').split('…')
    expect(parts.filter((part) => !sources.includes(part))).toEqual([])
  })
})
