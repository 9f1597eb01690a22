/** A sentence of the README, and the test that fails when it no longer holds; or why it cannot but hold. */
export type Promised = { says: string } & ({ file: string; test: string } | { byConstruction: string })

/** Parts of the README in which every sentence and every cell is a promise: one that is added there has to be added here. */
export const PROMISING = ['What happens when', 'How each number is counted', 'When something goes wrong']

const drift = 'test/audit/drift.test.ts'
const verdicts = 'test/judge/headroom/verdicts.test.ts'
const firstRuns = 'test/audit/first-runs.test.ts'
const workflows = 'test/end-to-end/example-workflows.test.ts'

export const PROMISES: readonly Promised[] = [
  {
    says: 'Every morning you know how close yesterday’s use came to each Claude API rate limit, you hear of it before 75 %, and when a limit moves it arrives as a diff you can review.',
    file: 'test/tell/slack/notify.test.ts',
    test: "'a new watch': [true, true, true, false]",
  },
  {
    says: 'Empty never means "fine".',
    byConstruction:
      'An output without a value is an empty text, and `status` is `ok` only where something was measured.',
  },
  {
    says: 'The action stores nothing else.',
    file: 'test/end-to-end/bundle.test.ts',
    test: 'one commit of the snapshot alone',
  },
  // What happens when
  {
    says: 'commits the first snapshot; that is no drift',
    file: firstRuns,
    test: 'the first commits the snapshot and nothing else',
  },
  { says: 'opens a pull request with it', file: workflows, test: 'the pull request is opened with its label' },
  { says: 'no commit', file: firstRuns, test: 'the second, with unchanged limits, makes no commit' },
  {
    says: 'no pull request',
    file: 'test/audit/changes.test.ts',
    test: '%s: no commit, no pull request, until there is a change to record',
  },
  {
    says: 'one verified commit, with the changes in its message; drift is reported',
    file: firstRuns,
    test: 'a cut limit arrives as one commit that changes one line, with its consequence in the message',
  },
  {
    says: 'one pull request, with the consequence of each change and who drives what it presses',
    file: 'test/tell/summary/summary.browser.test.ts',
    test: 'the pull request shows what each change does, the most serious first',
  },
  {
    says: 'updates the same pull request and says what is new; commits by people on its branch stay',
    file: drift,
    test: "a human's commit on the branch survives the next three runs",
  },
  {
    says: 'another commit',
    byConstruction: 'A limit that goes back is a change like any other: nothing knows what was before.',
  },
  {
    says: 'closes the pull request and removes its branch',
    file: drift,
    test: 'reverted: closed and branch gone',
  },
  {
    says: 'the second reads again and tries again; nothing is forced',
    file: drift,
    test: 'a commit that lands between read and write survives, and both changes are there',
  },
  {
    says: 'writes nothing; the run fails after all it could deliver',
    file: drift,
    test: 'one workspace that cannot be read is unmeasured, the rest is judged, the file stays and the run fails',
  },
  { says: 'the same', byConstruction: 'One planning and one reading serve both ways of keeping the snapshot.' },
  {
    says: 'A changed display name alone is written quietly and is no drift.',
    file: drift,
    test: 'a changed display name alone updates the file quietly',
  },
  // How each number is counted
  {
    says: '`utilization = peak ÷ limit`.',
    file: 'test/judge/headroom/brute-force.test.ts',
    test: 'equal those of a twin which adds up single requests',
  },
  {
    says: 'The peak is the busiest UTC minute: all models of a rate-limit group are added minute by minute, then the largest minute is taken.',
    file: verdicts,
    test: 'two models of one group share its limit: 1,550 requests each in one minute are 77.5 % of 4,000',
  },
  {
    says: 'Input is counted as the limiter counts it: toward some limits cache reads are free, toward others cache reads count, and each limit’s name says which.',
    file: verdicts,
    test: '8M cache reads and 1M uncached are 50 %',
  },
  {
    says: 'Batch traffic counts toward no model limit, fast mode only toward its own.',
    file: verdicts,
    test: 'batch rows at ten times the limit leave the ratio unchanged',
  },
  {
    says: 'Bands: `ok` below `watch-threshold`, `watch` from it, `alert` from `threshold`.',
    file: verdicts,
    test: 'bands and transitions',
  },
  {
    says: 'What cannot be measured is shown as `unmeasured` with the reason.',
    file: 'test/audit/headroom.test.ts',
    test: 'a limiter shows its bracket, its transition, and a reason where it has no figure',
  },
  {
    says: 'It is never 0 % and never `ok`.',
    file: verdicts,
    test: 'nobody knows whose use would count, and that is not 0 %',
  },
  {
    says: 'Among these are the batch queue, token counting, files and skills: the usage API does not report them.',
    file: 'test/audit/headroom.test.ts',
    test: 'every limiter is judged by its own rule, in its own scope',
  },
  {
    says: 'Limits are token buckets, so a minute over 100 % is possible without a refusal, and a refusal without a minute over 100 %.',
    byConstruction: 'It is how Anthropic enforces limits, by its documentation; the audit claims nothing from it.',
  },
  {
    says: 'The audit says how close you came, never that you were throttled.',
    byConstruction: 'Only a log of responses holds refusals; no text of a run by the API speaks of any.',
  },
  {
    says: 'A run asks for little: a large organization’s day is about 200 requests and two seconds.',
    file: 'test/bench/frugal.test.ts',
    test: 'a day takes few more requests than there is no way around',
  },
  // When something goes wrong
  {
    says: 'A run fails when it could not read or deliver something, and when `fail-on` says so; not because of an alert alone.',
    file: firstRuns,
    test: 'fail-on names what fails the run, after everything is delivered',
  },
  {
    says: 'If limits or usage cannot be read at all, Slack hears that the audit is blind.',
    file: 'test/tell/slack/notify.test.ts',
    test: 'a blind audit under notify: %s is told unless nothing ever is',
  },
  {
    says: 'Schedules on GitHub can be late or dropped, and stop after 60 quiet days in public repositories: docs/schedule.md.',
    byConstruction: 'It is how GitHub runs schedules, by its documentation.',
  },
]
