import type { Checked, CheckedFile } from '../collect/repository/checked.ts'
import type { RuleCheck } from '../judge/policy/check-policy.ts'
import { capital, count, listing, plural } from '../vocabulary/figures.ts'
import { markdownText, SENTENCE_LENGTH } from './words/escape.ts'
import { BAND_MARK, limitName } from './words/format.ts'
import { bullets, stack, table, under } from './words/markdown.ts'

/** Whether the pull request may be merged as far as these files go. */
export function isAcceptable({ policy, snapshot }: Checked): boolean {
  return policy.kind !== 'invalid' && snapshot.kind !== 'invalid'
}

/** What a check of the files found, in a line: `the policy is valid: 5 rules, 1 without effect`. */
export function checkLine(checked: Checked, rules: readonly RuleCheck[] | null): string {
  const invalid = [checked.policy, checked.snapshot].filter(({ kind }) => kind === 'invalid')
  if (invalid.length > 0)
    return `${listing(invalid.map(({ path }) => path))} ${invalid.length === 1 ? 'is' : 'are'} not valid`
  if (checked.policy.kind === 'absent') return 'there is no policy, and the snapshot is valid'
  if (rules === null) return 'the policy is valid; without a snapshot its rules cannot be held against anything'
  const idle = rules.filter(({ limits }) => limits?.length === 0).length
  return `the policy is valid: ${plural(rules.length, 'rule')}${idle > 0 ? `, ${count(idle)} without effect` : ''}`
}

/** The job summary of a check: the files, and what each rule of the policy speaks of. `rules` null: nothing to hold them against. */
export function renderCheckSummary(checked: Checked, rules: readonly RuleCheck[] | null): string {
  const mark = isAcceptable(checked) ? BAND_MARK.ok : BAND_MARK.alert
  const remarks = (rules ?? []).flatMap(({ line, remarks: said }) =>
    said.map(({ message }) => `Line ${line}: ${markdownText(message, 2 * SENTENCE_LENGTH)}`),
  )
  return `${stack(
    `## ${mark} Claude rate limits: ${markdownText(checkLine(checked, rules), SENTENCE_LENGTH)}`,
    ...[checked.policy, checked.snapshot].map(problemsOf),
    under('### To look at', bullets(remarks)),
    under('### What each rule of the policy speaks of', ruleTable(rules ?? [])),
    '<sub>Checked against the recorded limits, without any request to Anthropic or GitHub.</sub>',
  )}\n`
}

function problemsOf(file: CheckedFile<unknown>): string {
  if (file.kind !== 'invalid') return ''
  const [head = '', ...problems] = file.error.split('\n').map((line) => line.replace(/^- /, ''))
  return stack(
    markdownText(head, 2 * SENTENCE_LENGTH),
    bullets(problems.map((problem) => markdownText(problem, SENTENCE_LENGTH))),
  )
}

const NAMED = 3

function ruleTable(rules: readonly RuleCheck[]): string {
  return table(
    [{ head: 'Line', align: 'right' }, { head: 'Rule' }, { head: 'Limits' }],
    rules.map(({ line, list, selector, limits }) => [
      String(line),
      `${capital(list)}: ${markdownText(selector)}`,
      limits === null
        ? 'use that no limit counts'
        : listing(
            limits.map((limit) => limitName(limit, markdownText)),
            NAMED,
          ) || 'none',
    ]),
  )
}
