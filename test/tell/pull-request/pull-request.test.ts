import { describe, expect, test } from 'vitest'
import { PULL_REQUEST_MARKER, renderPullRequest } from '../../../src/tell/pull-request/pull-request.ts'
import type { FilesInCommit } from '../../../src/vocabulary/snapshot-outcome.ts'
import { drift } from '../drift.ts'
import { EXAMPLES, LINKS } from '../examples.ts'

const proposed = (files: FilesInCommit) => ({ files, renames: [], sinceUpdate: '' })
const quiet = EXAMPLES['quiet-day'].report

describe('a pull request', () => {
  test.each([
    [0, ': 1 limit raised.\n'],
    [1, ': 1 limit cut, 1 limit raised. One leaves less room than before.\n'],
    [2, ': 2 limits cut, 1 limit raised. 2 leave less room than before.\n'],
  ])('says how many changes leave less room: %i', (cuts, words) => {
    const raised = drift({ class: 'raised', before: 1, after: 2 })
    const report = { ...quiet, drift: [...Array.from({ length: cuts }, () => drift({})), raised] }
    expect(renderPullRequest(report, LINKS, proposed('snapshot')).body).toContain(words)
  })

  test('says what is as the policy expects, and what is not', () => {
    const [first, second] = [drift({ intended: true }), drift({ intended: false })]
    const { body } = renderPullRequest({ ...quiet, drift: [first!, second!] }, LINKS, proposed('snapshot'))
    expect(body).toContain('Not measured. As the policy expects. |')
    expect(body).toContain('Not measured. Not what the policy expects. |')
  })

  test('of the gateway file says what reads it, and where no limit has changed, that', () => {
    const both = renderPullRequest(EXAMPLES.drift.report, LINKS, proposed('both'))
    expect(both.body).toContain('What reads the gateway file goes by it from then on.')
    const alone = renderPullRequest(quiet, LINKS, proposed('gateway'))
    expect(alone.title).toBe('Claude rate limits: the gateway file, same limits')
    expect(alone.body).toContain('Every limit is as it was.')
    expect(alone.body).not.toContain('the new names')
  })

  test('is found again by its marker and says where to look', () => {
    const { body } = renderPullRequest(EXAMPLES.drift.report, LINKS, proposed('snapshot'))
    expect(body.startsWith(PULL_REQUEST_MARKER)).toBe(true)
    for (const url of Object.values(LINKS)) expect(body).toContain(`](${url})`)
    expect(
      renderPullRequest(EXAMPLES.drift.report, { ...LINKS, run: null, runbook: null }, proposed('snapshot')).body,
    ).not.toContain('null')
  })

  test.each([10, 250, 350, 1_000, 5_000])(
    'of %i changes stays within 65,536 characters and says what it left out',
    (number) => {
      const name = 'a name that is long and full of | and # and * '.repeat(2)
      const many = Array.from({ length: number }, () =>
        drift({
          scope: { type: 'workspace', id: 'w', name },
          peak: 310_000,
          utilization_before: 0.3875,
          utilization_after: 0.775,
        }),
      )
      const { title, body } = renderPullRequest({ ...quiet, drift: many }, LINKS, proposed('snapshot'))
      expect(body.length).toBeLessThanOrEqual(65_536)
      expect(title.length).toBeLessThanOrEqual(256)
      expect(body).toContain('What approving means')
      const shown = body.split('\n').filter((line) => line.startsWith('| Workspace')).length
      if (shown < number) expect(body).toContain(`more of ${number.toLocaleString('en-US')} changes are not shown`)
      if (shown > 0 && !body.includes('is now 77.5')) expect(body).toContain('is left out')
      expect(shown).toBeGreaterThan(0)
    },
  )
})
