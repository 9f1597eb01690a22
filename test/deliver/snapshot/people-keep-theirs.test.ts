import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bench, BRANCH, bench, limits, PATH } from './support.ts'

/** Whatever people and runs do, in any order: nothing of anybody's is lost, moved or deleted by a run. */

type Step =
  | { kind: 'run'; requests: number; mode: 'pull-request' | 'commit'; fault: number }
  | { kind: 'commit'; branch: string; file: string }
  | { kind: 'branch'; name: string; at: string }
  | { kind: 'merge' | 'close' | 'delete' | 'rename' }

/** Names that people give, some of which are near to those of this action. */
const NAMES = ['topic', `${BRANCH}-next`, `${BRANCH}-scratch-mine`, `${BRANCH}-scratch-00000000`] as const

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      requests: fc.integer({ min: 1, max: 4 }),
      mode: fc.constantFrom('pull-request' as const, 'pull-request' as const, 'commit' as const),
      fault: fc.nat(5),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      branch: fc.constantFrom('main', BRANCH, BRANCH, ...NAMES),
      file: fc.constantFrom('notes.md', PATH),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('branch' as const),
      name: fc.constantFrom(...NAMES),
      at: fc.constantFrom('main', BRANCH),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('merge' as const, 'close' as const, 'delete' as const, 'rename' as const),
    }),
  },
)

/** What people have, by what they did: their branches with their tips, and their commits that nobody has thrown away. */
type Theirs = { branches: Map<string, string>; commits: Set<string>; titles: Map<number, string> }

async function act({ github, deliver }: Bench, theirs: Theirs, doing: Step, at: number): Promise<void> {
  const tipOf = async (branch: string) =>
    (await github.git('for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`)).trim()
  const open = github.pulls.find(({ state }) => state === 'open')
  switch (doing.kind) {
    case 'run': {
      if (doing.fault > 0) {
        const effect =
          doing.fault % 2 ? ({ kind: 'drop', where: 'before' } as const) : ({ kind: 'status', status: 502 } as const)
        github.faults.splice(0, 9, { method: 'POST', nth: doing.fault, effect })
      }
      // A person's odd file is an error of the run, which may refuse; what it leaves is looked at all the same.
      await deliver(limits(doing.requests), { mode: doing.mode }).catch(() => {})
      github.faults.length = 0
      return
    }
    case 'commit': {
      const text = doing.file === PATH ? limits(10 + at) : `note ${at}`
      const oid = await github.commitAs('ada', doing.branch, { [doing.file]: text })
      theirs.commits.add(oid)
      if (doing.branch !== 'main' && doing.branch !== BRANCH) theirs.branches.set(doing.branch, oid)
      return
    }
    case 'branch': {
      const oid = await tipOf(doing.at)
      if (oid === '' || (await tipOf(doing.name)) !== '') return
      await github.git('update-ref', `refs/heads/${doing.name}`, oid)
      theirs.branches.set(doing.name, oid)
      return
    }
    case 'merge':
      if (open) await github.merge(open.number)
      return
    case 'close':
      if (open) open.state = 'closed'
      return
    case 'rename':
      if (!open) return
      open.title = `OPS-${at}: ${open.title}`
      open.body = `${open.body}\n\n- [ ] asked Anthropic (${at})`
      theirs.titles.set(open.number, open.title)
      return
    case 'delete': {
      const tip = await tipOf(BRANCH)
      if (tip === '') return
      const others = [...theirs.branches.keys(), 'main'].map((name) => `^refs/heads/${name}`)
      const gone = (await github.git('rev-list', tip, ...others)).split('\n')
      for (const oid of gone) theirs.commits.delete(oid)
      await github.deleteBranch(BRANCH)
    }
  }
}

test('random sequences of what people and runs do keep every commit, branch and title of theirs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 9 }), async (steps) => {
      await using run = await bench()
      const { github } = run
      const theirs: Theirs = { branches: new Map(), commits: new Set(), titles: new Map() }
      await github.seed({ [PATH]: limits(5) })
      for (const [at, doing] of steps.entries()) await act(run, theirs, doing, at)

      const refs = await github.git('for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads')
      const tips = new Map(refs.split('\n').map((line) => line.split(' ') as [string, string]))
      for (const [name, oid] of theirs.branches) expect([name, tips.get(name)]).toEqual([name, oid])
      const reachable = new Set((await github.git('rev-list', '--branches')).split('\n'))
      expect([...theirs.commits].filter((oid) => !reachable.has(oid))).toEqual([])
      for (const pull of github.pulls)
        if (theirs.titles.has(pull.number)) {
          expect(pull.title).toBe(theirs.titles.get(pull.number))
          expect(pull.body).toContain('- [ ] asked Anthropic')
        }
      // Nor does a run leave anything behind that nobody asked for.
      const expected = new Set(['main', BRANCH, ...theirs.branches.keys()])
      expect([...tips.keys()].filter((name) => !expected.has(name))).toEqual([])
    }),
    { numRuns: 6 },
  )
})
