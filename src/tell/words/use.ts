import type { AccountingPart, Report } from '../../report/report.ts'
import { isUnclaimed, PART_TITLES, UNCLAIMED_LINE } from '../../vocabulary/accounting.ts'
import { listing, percent } from '../../vocabulary/figures.ts'
import type { Escape } from './escape.ts'

/** Use that no limit counts though one should, in words. */

const NAMED = 3

/** Whether so much use is unclaimed that the run cannot be called healthy. What the policy mutes is no part of it. */
export function hasUnclaimedUse({ accounting }: Pick<Report, 'accounting'>): boolean {
  return accounting !== undefined && accounting.unmuted_share >= UNCLAIMED_LINE
}

/** Whether it is unclaimed now and was not in the time before. */
export function isNewlyUnclaimed(report: Pick<Report, 'accounting'>): boolean {
  return hasUnclaimedUse(report) && (report.accounting?.newly_unclaimed.length ?? 0) > 0
}

/** `use that no limit counts: 4.2 %`, to go on a verdict; empty where there is none to speak of. */
export function unclaimedShare(report: Pick<Report, 'accounting'>): string {
  if (!report.accounting || !hasUnclaimedUse(report)) return ''
  return `${percent(report.accounting.unmuted_share, [UNCLAIMED_LINE])} of use counted by no limit`
}

/** One sentence for each kind: `Use of models that no rate-limit group lists: claude-opus-6.` */
export function unclaimedSentences({ accounting }: Pick<Report, 'accounting'>, safe: Escape): string[] {
  return (accounting?.parts ?? []).filter(isUnclaimed).flatMap((part) => {
    const names = unmutedNames(part).map((name) => safe(name))
    return names.length === 0 ? [] : [`${PART_TITLES[part.kind]}: ${listing(names, NAMED)}.`]
  })
}

function unmutedNames({ kind, of }: AccountingPart['parts'][number]): string[] {
  return of.filter(({ muted }) => !muted).map(({ name }) => (name === kind ? 'no name given' : name))
}
