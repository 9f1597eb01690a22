import type { Report } from '../../report/report.ts'
import { atMost, count, plural } from '../../vocabulary/figures.ts'
import { markdownText, SENTENCE_LENGTH } from '../words/escape.ts'
import { list } from '../words/list.ts'
import { bullets, stack, table } from '../words/markdown.ts'

/** What else a reader should know, and the models in use that no group of limits lists. */
export function findings(report: Report, most: number): string {
  // That data is missing stands at the head already.
  const others = report.findings.filter(({ kind }) => kind !== 'data-incomplete')
  const { shown, more } = atMost(report.unmatched_models, most)
  const unmatched = table(
    [{ head: 'Model without a limit' }, { head: 'Requests', align: 'right' }, { head: 'Tokens', align: 'right' }],
    shown.map(({ model, requests, tokens }) => [
      markdownText(model),
      requests === null ? 'not known' : count(requests),
      count(tokens),
    ]),
  )
  return stack(
    bullets(list(others, most, ({ message }) => markdownText(message, SENTENCE_LENGTH))),
    unmatched && 'These models were used, and no group of limits lists them: their use is in no figure above.',
    unmatched,
    more > 0 && `and ${plural(more, 'more model')}`,
  )
}
