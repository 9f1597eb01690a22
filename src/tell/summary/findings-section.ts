import type { Report } from '../../report/report.ts'
import { atMost, count, plural } from '../../vocabulary/figures.ts'
import { markdownText, SENTENCE_LENGTH } from '../words/escape.ts'
import { bullets, stack, table } from '../words/markdown.ts'

/** What else a reader should know, and the models in use that no group of limits lists. */
export function findings(report: Report, most: number): string {
  // That data is missing stands at the head already.
  const { shown, more } = atMost(
    report.findings.filter(({ kind }) => kind !== 'data-incomplete'),
    most,
  )
  const { shown: models, more: moreModels } = atMost(report.unmatched_models, most)
  const unmatched = table(
    [{ head: 'Model without a limit' }, { head: 'Requests', align: 'right' }, { head: 'Tokens', align: 'right' }],
    models.map(({ model, requests, tokens }) => [
      markdownText(model),
      requests === null ? 'not known' : count(requests),
      count(tokens),
    ]),
  )
  return stack(
    bullets([
      ...shown.map(({ message }) => markdownText(message, SENTENCE_LENGTH)),
      ...(more > 0 ? [`and ${count(more)} more`] : []),
    ]),
    unmatched && 'These models were used, and no group of limits lists them: their use is in no figure above.',
    unmatched,
    moreModels > 0 && `and ${plural(moreModels, 'more model')}`,
  )
}
