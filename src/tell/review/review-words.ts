import type { MeasuredLimit, Used } from '../../judge/review/group-review.ts'
import type { GroupReview } from '../../judge/review/review-of.ts'
import { percent } from '../../vocabulary/figures.ts'
import type { Group } from '../../vocabulary/limits/groups.ts'
import { isoDay, isoTime } from '../../vocabulary/use/window.ts'
import { markdownText } from '../words/escape.ts'
import { isPerDay, limiterName, moment } from '../words/format.ts'

/** How the review writes its figures. */

/** The group's limits that were measured, the one that was used most first. */
export const measuredOf = ({ limits }: Pick<GroupReview, 'limits'>): MeasuredLimit[] =>
  limits.filter((limit) => limit.kind === 'measured').sort((a, b) => b.highest.utilization - a.highest.utilization)

/** The limit that comes first. */
export const first = (review: Pick<GroupReview, 'limits'>): MeasuredLimit | undefined => measuredOf(review)[0]

/** The highest use as a percent that never rounds over a line of the limit. */
export const share = ({ highest, thresholds, lowerBound }: MeasuredLimit): string =>
  `${lowerBound ? 'at least ' : ''}${percent(highest.utilization, [thresholds.watch, thresholds.alert])}`

export const name = (group: Group, { limiter }: Pick<MeasuredLimit, 'limiter'>): string =>
  limiterName({ group, limiter }, markdownText)

/** When the highest use was: a minute, or a day of a limit per day. */
export const when = (group: Group, { limiter, highest }: { limiter: string; highest: Used }): string =>
  isPerDay({ group, limiter }) ? isoDay(highest.at) : moment(isoTime(highest.at))
