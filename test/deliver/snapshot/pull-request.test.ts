import { describe, expect, it } from 'vitest'
import type { Layout } from '../../emulator/github/github.ts'
import { type Bench, BRANCH, bench, branches, limits, PATH, subjects, writes } from './support.ts'

const HEADLINE = 'chore: update Claude rate limits'
const propose = (run: Bench, text: string, over: Parameters<Bench['deliver']>[1] = {}) =>
  run.deliver(text, { mode: 'pull-request', ...over })

describe.each<Layout>(['github.com', 'ghes'])('the pull request of a moved limit, on %s', (layout) => {
  it('is opened at a cut, updated at a deeper one, closed when the limit is back, and opened anew at the next', async () => {
    await using run = await bench({ layout })
    const { github } = run
    await github.seed({ [PATH]: limits(4) })

    const cut = await propose(run, limits(3))
    expect(cut).toMatchObject({
      operation: 'updated',
      commit: { sha: await github.git('rev-parse', BRANCH), verified: true },
      pullRequest: { operation: 'created', number: 1, url: `${github.serverUrl}/acme/limits/pull/1` },
      note: null,
    })
    const deeper = await propose(run, limits(2))
    expect(deeper.pullRequest).toMatchObject({ operation: 'updated', number: 1 })
    expect(await subjects(github, BRANCH)).toEqual([HEADLINE, 'Seed'])
    expect(await github.read(BRANCH, PATH)).toBe(limits(2))
    expect(github.pulls).toMatchObject([{ state: 'open', body: expect.stringContaining('"requests_per_minute": 2') }])

    const reverted = await propose(run, limits(4))
    expect(reverted).toMatchObject({
      operation: 'unchanged',
      commit: null,
      pullRequest: { operation: 'closed', number: 1 },
    })
    expect(github.pulls).toMatchObject([{ state: 'closed', comments: [{ body: expect.stringContaining('again') }] }])
    expect(await branches(github)).toBe('main')

    const again = await propose(run, limits(1))
    expect(again.pullRequest).toMatchObject({ operation: 'created', number: 2 })
    expect(await branches(github)).toBe(`${BRANCH}\nmain`)
    expect(await github.read('main', PATH)).toBe(limits(4))
  })

  it("keeps a person's commit through the next three runs, and still shows the right limits", async () => {
    await using run = await bench({ layout })
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    const theirs = await github.commitAs('ada', BRANCH, { 'notes.md': 'ask Anthropic' })

    for (const requests of [2, 2, 1]) {
      const outcome = await propose(run, limits(requests))
      expect(outcome.pullRequest).toMatchObject({ number: 1 })
      expect(await github.read(BRANCH, PATH)).toBe(limits(requests))
      expect(await github.read(BRANCH, 'notes.md')).toBe('ask Anthropic')
      await github.git('merge-base', '--is-ancestor', theirs, BRANCH)
    }
    expect(await subjects(github, BRANCH)).toEqual([HEADLINE, HEADLINE, 'ada was here', HEADLINE, 'Seed'])
    expect(github.pulls).toHaveLength(1)
  })
})

describe('an open pull request of ours', () => {
  it('gets no commit and no new text where both are right already', async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    github.requests.length = 0

    expect(await propose(run, limits(3))).toMatchObject({
      operation: 'unchanged',
      commit: null,
      pullRequest: { operation: 'none', number: 1 },
    })
    expect(writes(github)).toEqual([])
    // The run, its time and the peak of another day are no reason to touch what people read.
    const render = () => ({ title: 'New title', body: 'New body' })
    expect((await propose(run, limits(3), { render })).pullRequest?.operation).toBe('none')
    expect(writes(github)).toEqual([])
    expect((await propose(run, limits(2), { render })).pullRequest?.operation).toBe('updated')
    expect(github.pulls[0]).toMatchObject({ title: 'New title', body: expect.stringContaining('New body') })
  })

  it('keeps the title and the text that people gave it, and brings its own part up to date between them', async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    const [pull] = github.pulls
    pull!.title = 'OPS-123: limits'
    pull!.body = `For the board.\r\n\r\n${pull!.body}\r\n\r\n- [ ] told finance`
    await propose(run, limits(2))
    await propose(run, limits(1))

    const body = github.pulls[0]?.body ?? ''
    expect(github.pulls[0]?.title).toBe('OPS-123: limits')
    expect(body).toMatch(/^For the board\.\n\n<!-- claude-rate-limit-audit -->/)
    expect(body).toMatch(/<!-- \/claude-rate-limit-audit -->\n\n- \[ \] told finance$/)
    expect(body).toContain('"requests_per_minute": 1')
    expect(body).not.toContain('"requests_per_minute": 3')
  })

  it('of an earlier release, which owned all of its text, keeps what people wrote around that', async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    const last =
      '[The audit run](https://x.example) · [Limits in the Console](https://platform.claude.com/usage/limits)'
    github.pulls[0]!.body = `<!-- claude-rate-limit-audit -->\n\nOld words.\n\n${last}\n\n- [ ] told finance`
    await propose(run, limits(2))

    const body = github.pulls[0]?.body ?? ''
    expect(body).toMatch(/^<!-- claude-rate-limit-audit -->\n<!-- audit-state /)
    expect(body).not.toContain('Old words.')
    expect(body).toMatch(/\n\n- \[ \] told finance$/)
  })

  it('opened by a click is filled in at the next run, around what the person wrote', async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    github.pulls[0]!.body = 'Mine.\n\n<!-- claude-rate-limit-audit -->\n\nMine too.'
    await propose(run, limits(3))

    expect(github.pulls[0]?.body).toMatch(
      /^Mine\.\n\n<!-- claude[\s\S]*"requests_per_minute": 3[\s\S]*-->\n\nMine too\.$/,
    )
  })

  it('is never closed by GitHub on the way to a new commit, and leaves no branch beside', async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    await github.commitAs('ada', 'main', { 'README.md': 'moved on' })
    await propose(run, limits(2))

    expect(github.pulls).toMatchObject([{ number: 1, state: 'open' }])
    expect(await branches(github)).toBe(`${BRANCH}\nmain`)
    expect(await subjects(github, BRANCH)).toEqual([HEADLINE, 'ada was here', 'Seed'])
  })

  it('stays where it is while base moves on elsewhere, and moves to base where base changed the file itself', async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    const first = await github.git('rev-parse', BRANCH)
    await github.commitAs('ada', 'main', { 'README.md': 'moved on' })
    await propose(run, limits(3))
    expect(await github.git('rev-parse', BRANCH)).toBe(first)

    await github.commitAs('ada', 'main', { [PATH]: limits(9) })
    await propose(run, limits(3))
    expect(await subjects(github, BRANCH)).toEqual([HEADLINE, 'ada was here', 'ada was here', 'Seed'])
  })

  it.each(['squash', 'fast-forward'] as const)('is followed by a new one after it was merged by a %s', async (how) => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    await github.merge(1, how)

    expect((await propose(run, limits(2))).pullRequest).toMatchObject({ operation: 'created', number: 2 })
    expect((await subjects(github, BRANCH)).length).toBe(3)
  })

  it('leaves no branch behind once it is merged and nothing is left to propose', async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    await github.merge(1)

    expect(await propose(run, limits(3))).toMatchObject({ operation: 'unchanged', pullRequest: { operation: 'none' } })
    expect(await branches(github)).toBe('main')
  })

  it('is not taken for ours in a fork, in another base, or without the marker', async () => {
    await using run = await bench()
    const { github } = run
    const head = await github.seed({ [PATH]: limits(4) })
    await github.commitAs('ada', 'release', { a: '1' })
    const theirs = {
      title: 'Theirs',
      body: '<!-- claude-rate-limit-audit -->',
      head: BRANCH,
      headOid: head,
      base: 'main',
    }
    github.openPull({ ...theirs, headRepository: 'acme/limits-fork' })
    github.openPull({ ...theirs, headRepository: 'mallory/limits' })
    github.openPull({ ...theirs, base: 'release' })

    expect((await propose(run, limits(3))).pullRequest).toMatchObject({ operation: 'created', number: 4 })
    expect((await propose(run, limits(4))).pullRequest).toMatchObject({ operation: 'closed', number: 4 })
    expect(github.pulls.slice(0, 2)).toMatchObject([
      { state: 'open', title: 'Theirs' },
      { state: 'open', title: 'Theirs' },
    ])
  })

  it('leaves the text alone of a pull request that somebody opened from our branch', async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    github.pulls[0]!.body = 'My own words'

    const outcome = await propose(run, limits(2))
    expect(outcome).toMatchObject({
      pullRequest: { operation: 'updated', number: 1 },
      note: expect.stringContaining('left alone'),
    })
    expect(github.pulls).toMatchObject([{ body: 'My own words', state: 'open' }])
    expect((await propose(run, limits(4))).pullRequest?.operation).toBe('none')
    expect(github.pulls[0]?.state).toBe('open')
  })
})

describe("a person's commit", () => {
  it.each([
    ['lands while we move the branch', /updateRefs.*claude-rate-limit-audit"/],
    ['lands while we commit beside', /createCommitOnBranch/],
    ['lands while we look', /GET .*pulls/],
  ])('is not lost where it %s', async (_, when) => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    github.beforeNext(when, () => github.commitAs('ada', BRANCH, { 'notes.md': 'mine' }))
    await propose(run, limits(2))

    expect(await github.read(BRANCH, 'notes.md')).toBe('mine')
    expect(await github.read(BRANCH, PATH)).toBe(limits(2))
    expect(await branches(github)).toBe(`${BRANCH}\nmain`)
    expect(github.pulls).toMatchObject([{ state: 'open' }])
  })

  it('is not lost where it lands while we append', async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    await github.commitAs('ada', BRANCH, { 'notes.md': 'mine' })
    github.beforeNext(/createCommitOnBranch/, () => github.commitAs('grace', BRANCH, { 'more.md': 'mine too' }))
    await propose(run, limits(2))

    expect(await subjects(github, BRANCH)).toEqual([HEADLINE, 'grace was here', 'ada was here', HEADLINE, 'Seed'])
  })

  it('does not keep a second file of ours from going back to what base holds', async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4), 'gateway.json': limits(4) })
    const both = (wanted: Record<string, string>) =>
      propose(run, '', {
        otherPaths: ['gateway.json'],
        plan: (files) => {
          const changed = Object.entries(wanted).filter(([path, text]) => files[path] !== text)
          return { files: changed.map(([path, text]) => ({ path, text })), headline: HEADLINE, body: '' }
        },
      })
    await both({ [PATH]: limits(3), 'gateway.json': limits(3) })
    await github.commitAs('ada', BRANCH, { 'notes.md': 'mine' })
    await both({ [PATH]: limits(3), 'gateway.json': limits(4) })

    expect(await github.git('diff', '--name-only', 'main', BRANCH)).toBe(`${PATH}\nnotes.md`)
    expect(await both({ [PATH]: limits(3), 'gateway.json': limits(4) })).toMatchObject({ operation: 'unchanged' })
  })

  it('keeps its branch when the pull request is closed, and the comment says so', async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    await github.commitAs('ada', BRANCH, { 'notes.md': 'mine' })

    const outcome = await propose(run, limits(4))
    expect(outcome).toMatchObject({ pullRequest: { operation: 'closed' }, note: expect.stringContaining('is kept') })
    expect(github.pulls[0]?.comments[0]?.body).toContain('is kept')
    expect(await github.read(BRANCH, 'notes.md')).toBe('mine')
    expect((await propose(run, limits(4))).pullRequest?.operation).toBe('none')
  })

  it('is not lost where it lands while the branch is removed', async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    github.beforeNext(/updateRefs/, () => github.commitAs('ada', BRANCH, { 'notes.md': 'mine' }))

    expect((await propose(run, limits(4))).note).toContain('is kept')
    expect(await github.read(BRANCH, 'notes.md')).toBe('mine')
  })

  it.each([
    ['amended content', { [PATH]: limits(7) }, (message: string) => message],
    ['an added file', { 'notes.md': 'mine' }, (message: string) => message],
    ['other words in its message', {}, (message: string) => message.replace('From', 'Reviewed, from')],
  ])('is what our commit becomes with %s, trailer or not', async (_, changes, reword) => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    const message = reword(await github.git('log', '-1', '--format=%B', BRANCH))
    await github.deleteBranch(BRANCH)
    const amended = await github.commitAs('ada', BRANCH, { [PATH]: limits(3), ...changes }, message)
    await propose(run, limits(2))

    await github.git('merge-base', '--is-ancestor', amended, BRANCH)
    expect(await github.read(BRANCH, PATH)).toBe(limits(2))
  })

  it.each(['-next', '-scratch', '-scratch-00000000'])(
    'on a branch of their own is untouched, be it called …%s',
    async (end) => {
      await using run = await bench()
      const { github } = run
      const head = await github.seed({ [PATH]: limits(4) })
      await github.git('update-ref', `refs/heads/${BRANCH}${end}`, head)

      expect((await propose(run, limits(3))).pullRequest?.operation).toBe('created')
      expect(await github.git('rev-parse', `${BRANCH}${end}`)).toBe(head)
      expect((await branches(github)).split('\n').toSorted()).toEqual([BRANCH, `${BRANCH}${end}`, 'main'])
    },
  )
})

describe('a run that was cut short', () => {
  it('has its branch without a pull request removed when nothing is left to propose', async () => {
    await using run = await bench({ mayOpenPullRequests: false })
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await propose(run, limits(3))
    await propose(run, limits(4))

    expect(await branches(github)).toBe('main')
  })
})

describe('a write that GitHub does not answer', () => {
  it.each([
    ['the commit', /createCommitOnBranch/],
    ['the move of the branch', /updateRefs.*claude-rate-limit-audit"/],
    ['the opening of the pull request', /"head":/],
  ])('is settled by looking: %s', async (_, which) => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    const effect = { kind: 'drop', where: 'before' } as const
    github.faults.push({ method: 'POST', when: ({ body }) => which.test(body), nth: 1, effect })

    expect(await propose(run, limits(3))).toMatchObject({
      operation: 'updated',
      commit: { sha: await github.git('rev-parse', BRANCH), verified: true },
      pullRequest: { operation: 'created', number: 1 },
    })
    expect(github.pulls).toHaveLength(1)
    expect(await subjects(github, BRANCH)).toEqual([HEADLINE, 'Seed'])
    expect(await branches(github)).toBe(`${BRANCH}\nmain`)
  })

  it("is settled by looking where it stands on a person's commit", async () => {
    await using run = await bench()
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    await github.commitAs('ada', BRANCH, { 'notes.md': 'mine' })
    github.faults.push({ method: 'POST', nth: 1, effect: { kind: 'drop', where: 'before' } })

    expect((await propose(run, limits(3))).commit?.sha).toBe(await github.git('rev-parse', BRANCH))
    expect(await subjects(github, BRANCH)).toEqual([HEADLINE, 'ada was here', 'Seed'])
  })
})

describe('labels, reviewers and assignees', () => {
  it('are put on a new pull request, and each one that fails is a warning', async () => {
    await using run = await bench({ teams: ['platform'] })
    const { github, warnings } = run
    await github.seed({ [PATH]: limits(4) })
    github.faults.push({
      path: /labels/,
      nth: 2,
      effect: { kind: 'status', status: 422, body: '{"message":"Validation Failed","errors":[{"code":"too_long"}]}' },
    })
    const outcome = await propose(run, limits(3), {
      labels: ['limits', 'x'.repeat(51), 'claude'],
      reviewers: ['octocat', 'nobody', 'team:acme/platform', 'team:secret'],
      assignees: ['hubot', 'stranger'],
    })

    expect(outcome.pullRequest?.operation).toBe('created')
    expect(github.pulls[0]).toMatchObject({
      labels: ['limits', 'claude'],
      reviewers: ['octocat'],
      teams: ['platform'],
      assignees: ['hubot'],
    })
    expect(warnings.map((warning) => /without (\w+ "\w{1,8})/.exec(warning)?.[1])).toEqual([
      'label "xxxxxxxx',
      'reviewer "nobody',
      'reviewer "team',
      'assignee "stranger',
    ])
  })

  it('that GitHub did not take are tried again by the next run, and only these', async () => {
    await using run = await bench({ issues: 'read', labels: ['limits'] })
    const { github, warnings } = run
    await github.seed({ [PATH]: limits(4) })
    const people = { labels: ['limits', 'claude -->'], reviewers: ['octocat', 'team:platform'], assignees: ['hubot'] }
    await propose(run, limits(3), people)
    expect(warnings).toEqual([
      expect.stringMatching(/without label "claude -->".*issues: write.*make it once.*next run tries it again/),
      expect.stringMatching(/without reviewer "team:platform".*"Members: read".*next run tries it again/),
    ])

    // What a person takes off again stays off.
    github.pulls[0]!.labels.length = 0
    await propose(run, limits(3), people)
    expect(warnings).toHaveLength(4)
    expect(github.pulls[0]?.labels).toEqual([])

    github.settings.labels.push('claude -->')
    github.settings.teams.push('platform')
    await propose(run, limits(3), people)
    expect(github.pulls[0]).toMatchObject({ labels: ['claude -->'], teams: ['platform'], reviewers: ['octocat'] })
    github.requests.length = 0
    await propose(run, limits(3), people)
    expect(writes(github)).toEqual([])
    expect(warnings).toHaveLength(4)
  })

  it('are asked for again where GitHub cannot find the new pull request yet', async () => {
    await using run = await bench()
    const { github, warnings, slept } = run
    await github.seed({ [PATH]: limits(4) })
    const body = `{"message":"Could not resolve to a node with the global id of 'PR_1'."}`
    github.faults.push({ path: /labels/, nth: 1, times: 2, effect: { kind: 'status', status: 422, body } })
    await propose(run, limits(3), { labels: ['limits'] })

    expect(github.pulls[0]?.labels).toEqual(['limits'])
    expect(warnings).toEqual([])
    expect(slept).toEqual([1000, 2000])
  })
})

it('cuts a body that GitHub would not take, and keeps the marker', async () => {
  await using run = await bench()
  const { github } = run
  await github.seed({ [PATH]: limits(4) })
  await propose(run, limits(3), { render: () => ({ title: 'Long', body: 'x'.repeat(70_000) }) })

  expect(github.pulls[0]?.body).toHaveLength(65_536)
  expect(github.pulls[0]?.body).toMatch(/^<!-- claude-rate-limit-audit -->/)
  expect(github.pulls[0]?.body).toMatch(/… cut: GitHub takes no longer text\.\n\n<!-- \/claude-rate-limit-audit -->$/)
})

it('says in a dry run what it would have done, at each stage, and does none of it', async () => {
  await using run = await bench()
  const { github } = run
  await github.seed({ [PATH]: limits(4) })
  const note = async (requests: number) => (await propose(run, limits(requests), { dryRun: true })).note

  expect(await note(3)).toContain(`committed "${HEADLINE}" to ${BRANCH} and opened the pull request`)
  expect(await note(4)).toContain('changed nothing')
  expect(writes(github)).toEqual([])
  await propose(run, limits(3))
  const refs = await github.git('for-each-ref')
  expect(await note(2)).toContain('updated the pull request')
  expect(await note(4)).toContain('closed the pull request')
  await github.commitAs('ada', 'elsewhere', { a: '1' })
  expect(await github.git('for-each-ref', 'refs/heads/main', `refs/heads/${BRANCH}`)).toBe(refs)
  expect(github.pulls).toMatchObject([{ state: 'open', comments: [] }])
})

it('refuses to propose a branch into itself', async () => {
  await using run = await bench()
  await run.github.seed({ [PATH]: limits(4) })

  await expect(propose(run, limits(3), { branch: 'main' })).rejects.toThrow(/from "main" into "main" leads nowhere/)
})
