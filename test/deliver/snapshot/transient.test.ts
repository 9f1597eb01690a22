import { describe, expect, it } from 'vitest'
import type { Effect } from '../../emulator/faults.ts'
import { BRANCH, bench, limits, PATH, subjects, writes } from './support.ts'

/** What GitHub says for a moment and does not mean for good. */

const HEADLINE = 'chore: update Claude rate limits'
const graphql = (value: object): Effect => ({ kind: 'body', body: JSON.stringify(value) })
const refused = (type: string | undefined, message: string) => ({ errors: [{ type, message }], data: null })

describe('an error of GraphQL with status 200', () => {
  it.each([
    [
      'something went wrong',
      refused(undefined, 'Something went wrong while executing your query. Please include `A1:B2`.'),
    ],
    ['INTERNAL', refused('INTERNAL', 'An error occurred.')],
    ['SERVICE_UNAVAILABLE', refused('SERVICE_UNAVAILABLE', 'Try again later.')],
    [
      'data beside errors',
      {
        data: { createCommitOnBranch: { commit: null, clientMutationId: '1' } },
        errors: [{ message: 'Resolver failed' }],
      },
    ],
  ])('that may pass is tried again: %s', async (_, reply) => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    github.faults.push({ path: /graphql/, times: 1, effect: graphql(reply) })

    expect(await run.deliver(limits(3))).toMatchObject({ operation: 'updated', commit: { verified: true } })
    expect(await subjects(github, 'main')).toEqual([HEADLINE, 'Seed'])
  })

  it('after which the commit had landed is told as a commit, and not made twice', async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    const rewrite = () => ({ status: 200, body: JSON.stringify(refused('INTERNAL', 'Something went wrong.')) })
    github.faults.push({ path: /graphql/, times: 1, effect: { kind: 'rewrite', rewrite } })

    const outcome = await run.deliver(limits(3))
    expect(outcome).toMatchObject({ operation: 'updated', commit: { sha: await github.git('rev-parse', 'main') } })
    expect(await subjects(github, 'main')).toEqual([HEADLINE, 'Seed'])
  })

  it('that is a refusal stays one', async () => {
    await using run = await bench()
    await run.github.seed({ [PATH]: limits(4) })
    run.github.faults.push({
      path: /graphql/,
      effect: graphql(refused('FORBIDDEN', 'Resource not accessible by integration')),
    })

    await expect(run.deliver(limits(3))).rejects.toMatchObject({ refusal: 'permission' })
    expect(run.slept).toEqual([])
  })
})

it.each([1, 2, 3])('a move of branches that was not done is tried again, whichever it is: write %i', async (nth) => {
  await using run = await bench()
  const { github } = run
  await github.seed({ [PATH]: limits(4) })
  github.faults.push({ path: /graphql/, nth, effect: { kind: 'status', status: 502 } })

  expect(await run.deliver(limits(3), { mode: 'pull-request' })).toMatchObject({
    operation: 'updated',
    pullRequest: { operation: 'created', number: 1 },
  })
  expect(await subjects(github, BRANCH)).toEqual([HEADLINE, 'Seed'])
  expect(await github.git('for-each-ref', '--format=%(refname:short)', 'refs/heads')).toBe(`${BRANCH}\nmain`)
})

describe('a pull request that cannot be opened at once', () => {
  const MOMENTS: [string, Effect][] = [
    ['404', { kind: 'status', status: 404 }],
    ['502', { kind: 'status', status: 502 }],
    ['head invalid', invalid([{ resource: 'PullRequest', field: 'head', code: 'invalid' }])],
    [
      'submitted too quickly',
      invalid([{ resource: 'PullRequest', code: 'custom', message: 'was submitted too quickly' }]),
    ],
  ]
  function invalid(errors: object[]): Effect {
    return { kind: 'status', status: 422, body: JSON.stringify({ message: 'Validation Failed', errors }) }
  }

  it.each(MOMENTS)('just after the push is tried again: %s', async (_, effect) => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    github.faults.push({ method: 'POST', path: /\/pulls$/, times: 2, effect })

    expect(await run.deliver(limits(3), { mode: 'pull-request' })).toMatchObject({
      operation: 'updated',
      pullRequest: { operation: 'created', number: 1 },
    })
    expect(github.pulls).toHaveLength(1)
    expect(writes(github).filter((write) => write === 'POST /pulls')).toHaveLength(3)
  })

  it.each(MOMENTS)('nor later leaves a branch that is told as pushed, with why: %s', async (_, effect) => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    github.faults.push({ method: 'POST', path: /\/pulls$/, effect })

    const outcome = await run.deliver(limits(3), { mode: 'pull-request' })
    expect(outcome).toMatchObject({
      operation: 'updated',
      commit: { sha: await github.git('rev-parse', BRANCH) },
      pullRequest: { operation: 'branch-only', error: expect.stringContaining('POST /pulls') },
      note: expect.stringContaining(`the change waits on branch ${BRANCH}`),
    })
  })
})

it('a text that cannot be brought up to date after the push is a warning: the commit is told as pushed', async () => {
  await using run = await bench()
  const { github, warnings } = run
  await github.seed({ [PATH]: limits(4) })
  await run.deliver(limits(3), { mode: 'pull-request' })
  github.faults.push({ method: 'PATCH', path: /pulls/, effect: { kind: 'status', status: 502 } })

  expect(await run.deliver(limits(2), { mode: 'pull-request' })).toMatchObject({
    operation: 'updated',
    commit: { sha: await github.git('rev-parse', BRANCH) },
    pullRequest: { operation: 'updated', number: 1 },
    note: expect.stringContaining('pushed to branch'),
  })
  expect(warnings).toHaveLength(1)
  github.faults.length = 0
  await run.deliver(limits(2), { mode: 'pull-request' })
  expect(github.pulls[0]?.body).toContain('"requests_per_minute": 2')
})
