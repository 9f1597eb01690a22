import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GitHubEmulator, type Layout, startGitHub } from './github.ts'

const PATH = '.github/claude-rate-limits.json'
const ZERO = '0'.repeat(40)
const COMMIT = `mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid url signature { isValid state } } }
}`
const UPDATE_REFS = 'mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }'

describe.each<Layout>(['github.com', 'ghes'])('the GitHub emulator, laid out as %s', (layout) => {
  let github: GitHubEmulator

  beforeEach(async () => {
    github = await startGitHub({ layout })
  })
  afterEach(async () => {
    expect(github.violations).toEqual([])
    expect(await github.fsck()).toBe('')
    await github.stop()
  })

  const headers = () => ({ authorization: `token ${github.token}`, 'content-type': 'application/json' })
  // biome-ignore lint/suspicious/noExplicitAny: replies of many shapes, checked against GitHub's schemas by the emulator
  async function call(method: string, path: string, body?: object): Promise<{ status: number; body: any }> {
    const url = `${github.apiUrl}/repos/${github.repository}${path}`
    const reply = await fetch(url, { method, headers: headers(), ...(body && { body: JSON.stringify(body) }) })
    const text = await reply.text()
    if (text.startsWith('emulator bug')) throw new Error(text)
    return { status: reply.status, body: text === '' ? null : JSON.parse(text) }
  }
  // biome-ignore lint/suspicious/noExplicitAny: see above
  async function mutate(query: string, input: object): Promise<any> {
    const body = JSON.stringify({ query, variables: { input } })
    return (await fetch(github.graphqlUrl, { method: 'POST', headers: headers(), body })).json()
  }
  const commit = (expectedHeadOid: string, text: string, branchName = 'main') =>
    mutate(COMMIT, {
      branch: { repositoryNameWithOwner: github.repository, branchName },
      expectedHeadOid,
      message: { headline: 'Limits', body: 'One cut.' },
      fileChanges: { additions: [{ path: PATH, contents: Buffer.from(text).toString('base64') }] },
    })

  it('reads the repository, a branch, a commit, a file, a folder and a large file as GitHub describes them', async () => {
    const head = await github.seed({ [PATH]: '{}\n', 'big.txt': 'x'.repeat(1_100_000) })

    expect((await call('GET', '')).body).toMatchObject({ default_branch: 'main', archived: false })
    expect((await call('GET', '/git/ref/heads/main')).body.object.sha).toBe(head)
    expect((await call('GET', '/branches/main')).body.commit.sha).toBe(head)
    expect((await call('GET', `/commits/${head}`)).body).toMatchObject({
      commit: { message: 'Seed', verification: { verified: false } },
      files: [{ filename: PATH, status: 'added' }, { filename: 'big.txt' }],
    })
    const file = (await call('GET', `/contents/${encodeURIComponent(PATH)}?ref=${head}`)).body
    expect(Buffer.from(file.content, file.encoding).toString()).toBe('{}\n')
    expect((await call('GET', '/contents/.github')).body).toMatchObject([{ type: 'file', path: PATH }])
    const big = (await call('GET', '/contents/big.txt')).body
    expect(big).toMatchObject({ encoding: 'none', content: '', size: 1_100_000 })
    expect((await call('GET', `/git/blobs/${big.sha}`)).body.size).toBe(1_100_000)
    expect((await call('GET', '/contents/absent')).status).toBe(404)
  })

  it('commits to a branch only where its head is the expected one, and signs', async () => {
    const first = await github.seed({ [PATH]: '{}\n' })
    const done = await commit(first, '{"version":1}\n')
    const { oid, url, signature } = done.data.createCommitOnBranch.commit

    expect(await github.git('rev-parse', 'main')).toBe(oid)
    expect(await github.git('show', '--format=%s|%b|%cn', '--name-only', 'main')).toContain('Limits|One cut.|GitHub')
    expect(url).toBe(`${github.serverUrl}/acme/limits/commit/${oid}`)
    expect(signature).toEqual({ isValid: true, state: 'VALID' })
    expect((await call('GET', `/commits/${oid}`)).body.commit.verification.verified).toBe(true)
    expect(await commit(first, 'late')).toMatchObject({
      data: { createCommitOnBranch: null },
      errors: [{ type: 'STALE_DATA', message: expect.stringContaining('Expected branch to point to') }],
    })
    expect(await github.read('main', PATH)).toBe('{"version":1}\n')
  })

  it('moves, creates and deletes refs, all or none, each only from the value it had', async () => {
    const first = await github.seed({ a: '1' })
    const second = await github.commitAs('ada', 'topic', { a: '2' })
    const swap = (refUpdates: object[]) => mutate(UPDATE_REFS, { repositoryId: 'R_emulated', refUpdates })

    const half = await swap([
      { name: 'refs/heads/topic', beforeOid: second, afterOid: first, force: true },
      { name: 'refs/heads/new', beforeOid: first, afterOid: first },
    ])
    expect(half.errors).toHaveLength(1)
    expect(await github.git('rev-parse', 'topic')).toBe(second)
    const all = await swap([
      { name: 'refs/heads/topic', beforeOid: second, afterOid: ZERO },
      { name: 'refs/heads/new', beforeOid: ZERO, afterOid: second },
    ])
    expect(all.errors).toBeUndefined()
    expect(await github.git('for-each-ref', '--format=%(refname:short)')).toBe('main\nnew')
  })

  it('creates, moves and deletes a branch over REST', async () => {
    const first = await github.seed({ a: '1' })
    const second = await github.commitAs('ada', 'main', { a: '2' })

    expect((await call('POST', '/git/refs', { ref: 'refs/heads/topic', sha: second })).status).toBe(201)
    expect(await call('POST', '/git/refs', { ref: 'refs/heads/topic', sha: first })).toMatchObject({
      status: 422,
      body: { message: 'Reference already exists' },
    })
    expect((await call('PATCH', '/git/refs/heads/topic', { sha: first })).status).toBe(422)
    expect((await call('PATCH', '/git/refs/heads/topic', { sha: first, force: true })).body.object.sha).toBe(first)
    expect((await call('GET', `/compare/main...topic`)).body).toMatchObject({ status: 'behind', behind_by: 1 })
    expect((await call('DELETE', '/git/refs/heads/topic')).status).toBe(204)
    expect((await call('GET', '/git/ref/heads/topic')).status).toBe(404)
  })

  it('lists the commits of a file, and the runs of a workflow for who may read them', async () => {
    const first = await github.seed({ a: '1' })
    await github.commitAs('ada', 'main', { b: '1' })
    const third = await github.commitAs('ada', 'main', { a: '2' })
    const shas = (found: { body: { sha: string }[] }) => found.body.map(({ sha }) => sha)
    expect(shas(await call('GET', '/commits?path=a'))).toEqual([third, first])
    expect(shas(await call('GET', `/commits?path=a&sha=${third}&per_page=1`))).toEqual([third])

    const run = { workflow: 'x.yml', event: 'schedule', branch: 'main', createdAt: '2026-11-22T06:00:00Z' }
    github.runs.push(
      { ...run, id: 1, number: 1, conclusion: 'success' },
      { ...run, id: 2, number: 2, conclusion: null },
    )
    expect((await call('GET', '/actions/workflows/x.yml/runs')).status).toBe(403)
    github.settings.actions = 'read'
    expect((await call('GET', '/actions/workflows/y.yml/runs')).status).toBe(404)
    expect((await call('GET', '/actions/workflows/x.yml/runs?status=completed&branch=main')).body).toMatchObject({
      total_count: 1,
      workflow_runs: [{ id: 1, run_number: 1, conclusion: 'success' }],
    })
  })

  it('opens, finds, changes, comments on and closes a pull request', async () => {
    await github.seed({ a: '1' })
    await github.commitAs('ada', 'topic', { a: '2' })
    github.settings.teams.push('platform')
    const opened = await call('POST', '/pulls', { title: 'T', body: 'B', head: 'topic', base: 'main' })

    expect(opened).toMatchObject({ status: 201, body: { number: 1, head: { ref: 'topic' }, base: { ref: 'main' } } })
    expect((await call('POST', '/pulls', { title: 'T', head: 'topic', base: 'main' })).body.errors[0].message).toBe(
      'A pull request already exists for acme:topic.',
    )
    expect((await call('GET', '/pulls?state=open&head=acme:topic&base=main')).body).toHaveLength(1)
    expect((await call('PATCH', '/pulls/1', { body: 'C' })).body.body).toBe('C')
    expect((await call('POST', '/issues/1/labels', { labels: ['limits'] })).body).toMatchObject([{ name: 'limits' }])
    expect(
      (await call('POST', '/issues/1/assignees', { assignees: ['octocat', 'nobody'] })).body.assignees,
    ).toHaveLength(1)
    expect((await call('POST', '/pulls/1/requested_reviewers', { team_reviewers: ['platform'] })).status).toBe(201)
    expect((await call('POST', '/pulls/1/requested_reviewers', { reviewers: ['nobody'] })).status).toBe(422)
    expect((await call('POST', '/issues/1/comments', { body: 'Bye' })).status).toBe(201)
    expect((await call('GET', '/issues/1/comments')).body).toMatchObject([{ body: 'Bye' }])
    expect((await call('PATCH', '/pulls/1', { state: 'closed' })).body.state).toBe('closed')
    expect((await call('GET', '/pulls/1')).body.state).toBe('closed')
  })

  it('closes a pull request whose branch is reset to base, as GitHub does', async () => {
    const first = await github.seed({ a: '1' })
    const second = await github.commitAs('ada', 'topic', { a: '2' })
    await call('POST', '/pulls', { title: 'T', head: 'topic', base: 'main' })
    const reset = { name: 'refs/heads/topic', beforeOid: second, afterOid: first, force: true }
    await mutate(UPDATE_REFS, { repositoryId: 'R_emulated', refUpdates: [reset] })

    expect(github.pulls[0]?.state).toBe('closed')
  })
})

describe('what GitHub would refuse', () => {
  it('is told by the emulator, and what breaks the published schemas is on record', async () => {
    await using stack = new AsyncDisposableStack()
    const github = await startGitHub()
    stack.defer(() => github.stop())
    await github.seed({ a: '1' })
    const api = `${github.apiUrl}/repos/${github.repository}`
    const headers = { authorization: `Bearer ${github.token}` }
    const post = (url: string, body: object) => fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })

    expect((await fetch(api)).status).toBe(401)
    expect((await post(`${api}/pulls`, { title: 'no head', colour: 'red' })).status).toBe(422)
    expect((await fetch(`${api}/git/tags/1`, { headers })).status).toBe(404)
    const query = 'mutation { createCommitOnBranch(input: { branch: {} }) { commit { colour } } }'
    expect(await (await post(github.graphqlUrl, { query })).json()).toHaveProperty('errors')
    expect(github.violations.join('\n')).toMatch(
      /required property 'head'[\s\S]*unknown colour[\s\S]*no such operation[\s\S]*expectedHeadOid[\s\S]*"colour"/,
    )
  })
})
