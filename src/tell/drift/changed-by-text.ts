import type { DriftRow } from '../../report/report.ts'
import { capital } from '../../vocabulary/figures.ts'
import type { Escape } from '../words/escape.ts'
import { moment } from '../words/format.ts'

type Record = NonNullable<DriftRow['changed_by']>

/** Who changed a limit: `Set on 2026-11-26 14:02 UTC by admin key terraform (apikey_…).`; empty where nobody could be asked. */
export function changedByText({ changed_by: by, candidates, scope, class: kind }: DriftRow, safe: Escape): string {
  if (by === undefined) return ''
  const records = candidates ?? (by === null ? [] : [by])
  if (records.length === 0)
    return scope.type === 'organization' ? 'No change of yours is on record.' : 'No such change is on record.'
  const done = kind === 'override-removed' ? 'removed' : 'set'
  const all = records.map((record) => `on ${moment(record.at)} by ${actor(record, safe)}`)
  return capital(`${done} ${all.join(', or ')}.`)
}

function actor({ kind, id, name }: Record, safe: Escape): string {
  const named = name === null ? '' : ` ${safe(name)}`
  if (id === null) return `${safe(kind)}${named}`
  return name === null ? `${safe(kind)} ${safe(id)}` : `${safe(kind)}${named} (${safe(id)})`
}
