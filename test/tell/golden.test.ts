import { describe, expect, test } from 'vitest'
import { EXAMPLES, type Example, type ExampleName } from './examples.ts'
import { expectGolden } from './golden.ts'
import { renderExample } from './renderings.ts'

const examples = Object.entries(EXAMPLES) as [ExampleName, Example][]

/** Days on which a pull request is opened: limits changed, a first snapshot, only names changed. */
const PROPOSED: ReadonlySet<ExampleName> = new Set(['drift', 'hostile-names', 'week', 'quiet-day'])

/** Too long for anybody to read: what must hold of them is in many-alerts.test.ts. */
const LONG: ReadonlySet<ExampleName> = new Set(['alerts-5', 'alerts-50', 'alerts-60', 'alerts-500'])

describe.each(examples)('%s reads as its golden files', (name, example) => {
  const rendered = renderExample(example)

  test('in Slack', () => expectGolden(`${name}.slack.golden.json`, `${JSON.stringify(rendered.slack, null, 2)}\n`))

  if (!LONG.has(name)) test('in the job summary', () => expectGolden(`${name}.summary.golden.md`, rendered.summary))

  const { pullRequest } = rendered
  if (PROPOSED.has(name) && pullRequest) {
    const { title, body } = pullRequest
    test('in the pull request', () => expectGolden(`${name}.pull-request.golden.md`, `# ${title}\n\n${body}\n`))
  }
})

test('a rendering depends on nothing but the report', () => {
  for (const [, example] of examples) expect(renderExample(example)).toEqual(renderExample(structuredClone(example)))
})
