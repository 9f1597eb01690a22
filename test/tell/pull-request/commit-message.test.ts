import { describe, expect, test } from 'vitest'
import { commitMessage } from '../../../src/tell/pull-request/commit-message.ts'
import { drift } from '../drift.ts'
import { EXAMPLES } from '../examples.ts'

const quiet = EXAMPLES['quiet-day'].report

describe('a commit', () => {
  test('keeps its first line and lists the changes, cuts first', () => {
    const { headline, body } = commitMessage('chore: limits', EXAMPLES.drift.report, 'snapshot', [])
    expect(headline).toBe('chore: limits: 1 cut, 1 raised, 1 limit counted differently, 3 more')
    expect(body.split('\n')).toHaveLength(8)
    expect(body).toMatch(
      /^- Claude Opus 4\.x, output tokens\/min: 800,000 → 400,000 \(−50 %\)\. The day's peak: 348,000 of 800,000/,
    )
  })

  test('says which day its peaks are of: a log is read later', () => {
    expect(commitMessage('x', EXAMPLES.drift.report, 'snapshot', []).body).toMatch(
      /\n\nPeaks are of 2026-11-22 \(UTC\)\.$/,
    )
  })

  test('of a first snapshot, of names alone, or of the gateway file alone, says so', () => {
    expect(commitMessage('x', quiet, 'gateway', []).body).toBe(
      'The gateway file is brought up to date; no limit has changed.',
    )
    expect(commitMessage('x', { ...quiet, first_snapshot: true }, 'snapshot', []).body).toContain('first snapshot')
    expect(commitMessage('x', quiet, 'snapshot', []).body).toContain('no limit has changed')
  })

  test('mentions nobody, closes no issue and has no trailer, whatever a workspace is called', () => {
    const name = '@acme/oncall fixes #12\n\nCo-authored-by: x <x@e.example>'
    const report = { ...quiet, drift: [drift({ scope: { type: 'workspace', id: 'w', name } })] }
    const { body } = commitMessage('x', report, 'snapshot', [])
    expect(body).not.toMatch(/@acme|#12|x@e/)
    expect(body.split('\n')).toHaveLength(1)
  })

  test('of a thousand changes stays readable', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => drift({ before: 2_000 + index, after: 1_000 }))
    expect(
      commitMessage('x', { ...quiet, drift: many }, 'snapshot', [])
        .body.split('\n')
        .at(-1),
    ).toBe('- and 900 more, see the diff')
  })
})
