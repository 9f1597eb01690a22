import type { Checked, CheckedFile } from '../collect/repository/checked.ts'
import type { Deps } from '../deps.ts'
import type { RuleCheck } from '../judge/policy/check-policy.ts'
import type { Log } from '../log.ts'
import { checkLine, isAcceptable, renderCheckSummary } from '../tell/check-summary.ts'
import { logText } from '../tell/words/escape.ts'
import type { Secrets } from '../transport/redaction.ts'
import { writeSummary } from './run-files.ts'

/**
 * What a check found, as annotations beside the lines of the pull request and as the job summary: the only things it leaves.
 * Exit code 1 where a file is not valid.
 */
export async function deliverCheck(
  { env }: Pick<Deps, 'env'>,
  log: Log,
  { redact }: Pick<Secrets, 'redact'>,
  checked: Checked,
  rules: readonly RuleCheck[] | null,
): Promise<0 | 1> {
  for (const file of [checked.policy, checked.snapshot]) annotate(log, file)
  for (const { line, remarks } of rules ?? [])
    for (const { level, message } of remarks)
      log[level](logText(message, 2_000), 'Policy of the Claude rate limits', { file: checked.policy.path, line })
  log.info(`Claude rate limits: ${checkLine(checked, rules)}.`)
  await writeSummary(env, redact(renderCheckSummary(checked, rules)))
  if (isAcceptable(checked)) return 0
  log.fail(`The check fails: ${checkLine(checked, rules)}.`)
  return 1
}

function annotate(log: Log, file: CheckedFile<unknown>): void {
  if (file.kind !== 'invalid') return
  const title = `${file.path} is not valid`
  for (const { line, column, message } of file.places) log.error(message, title, { file: file.path, line, column })
  if (file.places.length === 0) log.error(file.error, title, { file: file.path, line: 1 })
}
