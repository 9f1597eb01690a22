import { count, listing, percent, plural } from '../../vocabulary/figures.ts'
import type { Finding } from '../../vocabulary/finding.ts'
import {
  type Accounting,
  isUnclaimed,
  PART_TITLES,
  type Part,
  UNCLAIMED_LINE,
} from '../../vocabulary/use/accounting.ts'

const NAMED = 5

/** What the accounting gives to say: use that no limit counts, minutes that do not add up, products nobody has heard of. */
export function useFindings(accounting: Accounting, products: readonly string[]): Finding[] {
  return [
    ...accounting.parts
      .filter(isUnclaimed)
      .map((part): Finding => ({ kind: 'unclaimed-use', message: unclaimed(part, accounting) })),
    ...(accounting.reconciled
      ? []
      : [
          {
            kind: 'unreconciled' as const,
            message:
              'The minutes do not add up to the whole use of the window, though they were read twice: the peaks they give are at least what is shown.',
          },
        ]),
    ...(products.length === 0
      ? []
      : [
          {
            kind: 'unknown-product' as const,
            message: `Use of ${plural(products.length, 'product')} that this version does not know was counted like any other: ${listing(products, NAMED)}.`,
          },
        ]),
  ]
}

function unclaimed({ kind, tokens, requests, of }: Part, accounting: Accounting): string {
  const amount = `${count(tokens)} tokens${requests ? ` in ${plural(requests, 'request')}` : ''}`
  const share = accounting.tokens > 0 ? ` (${percent(tokens / accounting.tokens, [UNCLAIMED_LINE])} of all tokens)` : ''
  const names = of.map(({ name }) => name).filter((name) => name !== kind)
  const which = names.length > 0 ? `: ${listing(names, NAMED)}` : ''
  return `${PART_TITLES[kind]}: ${amount}${share}${which}.`
}
