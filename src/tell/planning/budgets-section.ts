import type { Report } from '../../report/report.ts'
import { atMost, count, percent } from '../../vocabulary/figures.ts'
import { limitCommand } from '../../vocabulary/limits/limit-command.ts'
import { markdownText } from '../words/escape.ts'
import { groupName, limiterName } from '../words/format.ts'
import { andMore } from '../words/list.ts'
import { details, stack, table } from '../words/markdown.ts'

/** A cap for each workspace, and the commands that would set them; empty where none was asked for or none is needed. */
export function budgetsSection({ budgets = [] }: Report, most: number): string {
  if (budgets.length === 0) return ''
  const { shown, more } = atMost(budgets, most)
  const rows = shown.map(({ workspace, group, limiter, cap, share, minutes_over }) => [
    `${groupName(group, markdownText)}, ${limiterName({ group, limiter }, markdownText)}`,
    markdownText(workspace.name),
    count(cap),
    percent(share),
    count(minutes_over),
  ])
  const right = (head: string) => ({ head, align: 'right' as const })
  const columns = [{ head: 'Limit' }, { head: 'Workspace' }, right('Cap'), right('Share'), right('Minutes over it')]
  const commands = shown.flatMap(({ workspace, limiter, cap }) => limitCommand(workspace.id, limiter, cap) ?? [])
  return details(
    'Budgets: a cap for each workspace that fits the limit of the organization',
    stack(
      table(columns, rows),
      andMore(more),
      commands.length > 0 && `\`\`\`sh\n${commands.join('\n')}\n\`\`\``,
      "<sub>From each workspace's own 99.9th percentile minute, without the last seven days; on those it was tried out. RATE_LIMIT_ID is the id of the group in GET /v1/organizations/rate_limits. The default workspace takes no limits of its own.</sub>",
    ),
  )
}
