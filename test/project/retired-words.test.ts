import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { slackAsText } from '../../src/tell/slack/as-text.ts'
import { LIMITERS } from '../../src/vocabulary/limits/limiters.ts'
import { EXAMPLES, type Example, type ExampleName } from '../tell/examples.ts'
import { renderExample } from '../tell/renderings.ts'
import { prose, RETIRED, retiredIn } from './retired-words.ts'
import { projectFiles } from './yaml-blocks.ts'

const pages = projectFiles(
  'README.md',
  'docs/*.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'action.yml',
  'docs/workflows/*.yml',
)

describe('no retired word', () => {
  test.each(pages)('in %s', (path) => {
    const text = readFileSync(path, 'utf8')
    expect(retiredIn(path.endsWith('.md') ? prose(text) : text.replaceAll(/`[^`\n]*`/g, ''))).toEqual([])
  })

  test.each(Object.entries(EXAMPLES) as [ExampleName, Example][])('in what is said of %s', (_name, example) => {
    const { slack, summary, pullRequest, commit } = renderExample(example)
    const texts = [slackAsText(slack), prose(summary), prose(pullRequest?.body ?? ''), commit?.body ?? '']
    expect(texts.flatMap(retiredIn)).toEqual([])
  })

  test('in the name of a limiter', () => {
    expect(LIMITERS.flatMap(({ label, long }) => [label, long]).flatMap(retiredIn)).toEqual([])
  })
})

test.each(RETIRED)('$word is found where it stands, and its successor is none itself', ({ instead }) => {
  expect(retiredIn(instead)).toEqual([])
})

test('a retired word is found in prose, and left alone in code', () => {
  expect(retiredIn(prose('An override that is inert.'))).toEqual(['"An override that is inert": write "has no effect"'])
  expect(retiredIn(prose('The finding `inert-override`.\n\n```yaml\ninert: true\n```\n'))).toEqual([])
})
