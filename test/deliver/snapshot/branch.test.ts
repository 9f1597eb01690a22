import { expect, test } from 'vitest'
import { createGitHub } from '../../../src/collect/github/github-client.ts'
import { readHistory } from '../../../src/deliver/snapshot/branch.ts'
import { type Change, commitOnBranch, findCommit } from '../../../src/deliver/snapshot/commit.ts'
import { sealChange } from '../../../src/deliver/snapshot/trailer.ts'
import { type Bench, BRANCH, bench, limits, PATH } from './support.ts'

/** Which commits are taken for ours: only those that may be rewritten without anybody losing anything. */

const change = (requests: number): Change => ({
  files: [{ path: PATH, text: limits(requests) }],
  message: { headline: 'chore: update Claude rate limits', body: `To ${requests}` },
})

/** A commit as this action makes it, on top of `parent`, which must be the tip of `branch`. */
async function ours({ deps, github }: Bench, branch: string, parent: string, requests: number): Promise<string> {
  const made = await commitOnBranch(
    createGitHub(deps, github.token),
    branch,
    parent,
    sealChange(change(requests), parent),
  )
  if (typeof made !== 'object') throw new Error(`The commit was not made: ${made}`)
  return made.sha
}

async function branchAt({ github }: Bench, tip: string): Promise<void> {
  await github.git('update-ref', `refs/heads/${BRANCH}`, tip)
}

const historyOf = ({ deps, github }: Bench, base: string, tip: string) =>
  readHistory(createGitHub(deps, github.token), base, tip)

test('a commit of ours is ours on the parent it was made on', async () => {
  await using run = await bench()
  const base = await run.github.seed({ [PATH]: limits(4) })
  await branchAt(run, base)
  const tip = await ours(run, BRANCH, base, 3)

  expect(await historyOf(run, base, tip)).toEqual({ kind: 'ours', commits: 1, mergeBase: base })
  expect(await historyOf(run, base, base)).toEqual({ kind: 'ours', commits: 0, mergeBase: base })
})

test('a commit of ours that a person rebased onto another is theirs, its trailer untouched', async () => {
  await using run = await bench()
  const { github } = run
  const base = await github.seed({ [PATH]: limits(4) })
  await branchAt(run, base)
  const first = await ours(run, BRANCH, base, 3)
  const moved = await github.commitAs('ada', 'main', { 'README.md': 'moved on' })
  const message = await github.git('log', '-1', '--format=%B', first)
  await branchAt(run, moved)
  const rebased = await github.commitAs('ada', BRANCH, { [PATH]: limits(3) }, message)

  expect(await github.git('diff-tree', '-r', '--no-commit-id', rebased)).toBe(
    await github.git('diff-tree', '-r', '--no-commit-id', first),
  )
  expect(await historyOf(run, moved, rebased)).toEqual({ kind: 'theirs' })
})

test('a merge commit is theirs, whatever its trailer says', async () => {
  await using run = await bench()
  const { github } = run
  const older = await github.seed({ [PATH]: limits(4) })
  const base = await github.commitAs('ada', 'main', { 'README.md': 'moved on' })
  await branchAt(run, base)
  const single = await ours(run, BRANCH, base, 3)
  const message = await github.git('log', '-1', '--format=%B', single)
  const parents = ['-p', base, '-p', older]
  const who = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com']
  const merge = (await github.git(...who, 'commit-tree', `${single}^{tree}`, ...parents, '-m', message)).trim()
  await branchAt(run, merge)

  expect(await historyOf(run, base, merge)).toEqual({ kind: 'theirs' })
})

test('more commits than this action ever leaves are theirs, each of them sealed', async () => {
  await using run = await bench()
  const base = await run.github.seed({ [PATH]: limits(100) })
  await branchAt(run, base)
  const tips = [base]
  for (let requests = 1; requests <= 6; requests++) {
    tips.push(await ours(run, BRANCH, tips.at(-1) ?? base, requests))
  }

  expect(await historyOf(run, base, tips[5] ?? '')).toEqual({ kind: 'ours', commits: 5, mergeBase: base })
  expect(await historyOf(run, base, tips[6] ?? '')).toEqual({ kind: 'theirs' })
})

test('a branch that has nothing in common with base is theirs', async () => {
  await using run = await bench()
  const { github } = run
  const base = await github.seed({ [PATH]: limits(4) })
  const who = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com']
  const orphan = (await github.git(...who, 'commit-tree', `${base}^{tree}`, '-m', 'Elsewhere')).trim()
  await branchAt(run, orphan)

  expect(await historyOf(run, base, orphan)).toEqual({ kind: 'theirs' })
})

test('a commit without an answer is found by where it stands, not by its words alone', async () => {
  await using run = await bench()
  const { github, deps } = run
  const head = await github.seed({ [PATH]: limits(4) })
  const wanted = { head, change: change(3) }
  const words = 'chore: update Claude rate limits\n\nTo 3'
  await github.commitAs('ada', 'main', { 'README.md': 'moved on' })
  const alike = await github.commitAs('grace', 'main', { [PATH]: limits(3) }, words)
  const find = (tip: string) => findCommit(createGitHub(deps, github.token), wanted, tip)

  expect(await find(alike)).toBeNull()
  await branchAt(run, head)
  const landed = await github.commitAs('grace', BRANCH, { [PATH]: limits(3) }, words)
  expect((await find(landed))?.sha).toBe(landed)
})
