import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createGitHub, repositoryOf, WHATEVER } from '../../../src/collect/github/github-client.ts'
import type { Effect } from '../../emulator/faults.ts'
import { type GitHubEmulator, startGitHub } from '../../emulator/github/github.ts'

let github: GitHubEmulator
let slept: number[]
beforeEach(async () => {
  github = await startGitHub()
  const headOid = await github.seed({ 'README.md': '# Platform\n' })
  github.openPull({ title: 'Theirs', body: '', head: 'theirs', headOid, base: 'main' })
  slept = []
})
afterEach(() => github.stop())

function client() {
  const sleep = async (milliseconds: number) => void slept.push(milliseconds)
  return createGitHub(
    { fetch, env: github.env, now: () => 0, random: () => 0.5, sleep, redact: (text) => text },
    github.token,
  )
}

const IN_DOUBT: [string, Effect][] = [
  ['a 502', { kind: 'status', status: 502 }],
  ['a connection that breaks', { kind: 'drop', where: 'before' }],
  ['a body cut short', { kind: 'truncate' }],
  ['an error page', { kind: 'body', body: '<html>Oops</html>', contentType: 'text/html' }],
]

describe.each(IN_DOUBT)('after %s', (_, effect) => {
  test('a POST is not sent again: it may have been carried out', async () => {
    github.faults.push({ effect })
    const parameters = { issue_number: 1, body: 'Once only' }
    const comment = client().rest('POST', '/issues/{issue_number}/comments', parameters, WHATEVER)
    await expect(comment).rejects.toMatchObject({ inDoubt: true })
    expect(github.requests.map(({ method }) => method)).toEqual(['POST'])
    expect(slept).toEqual([])
  })

  test('nor is a mutation', async () => {
    github.faults.push({ effect })
    const mutation = client().mutate('updateRefs', 'mutation { updateRefs { clientMutationId } }', {}, WHATEVER)
    await expect(mutation).rejects.toMatchObject({ inDoubt: true })
    expect(github.requests).toHaveLength(1)
  })

  test('a GET and a PATCH are, four times in all', async () => {
    github.faults.push({ effect })
    await expect(client().rest('GET', '', {}, WHATEVER)).rejects.toMatchObject({ inDoubt: true })
    expect(github.requests).toHaveLength(4)
    const close = client().rest('PATCH', '/pulls/{pull_number}', { pull_number: 1, state: 'closed' }, WHATEVER)
    await expect(close).rejects.toMatchObject({ inDoubt: true })
    expect(github.requests).toHaveLength(8)
  })
})

test.each([
  ['acme/limits', { owner: 'acme', repo: 'limits' }],
  ['acme', null],
  ['', null],
  [undefined, null],
])('GITHUB_REPOSITORY %j names the repository %j', (name, repository) => {
  expect(repositoryOf({ GITHUB_REPOSITORY: name })).toEqual(repository)
})
