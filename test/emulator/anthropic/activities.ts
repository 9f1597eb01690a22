import * as z from 'zod'
import type { Received } from '../exchange.ts'
import { forbidden } from './errors.ts'
import type { Options } from './options.ts'
import { instant, limit, list, readQuery } from './query.ts'

/** `GET /v1/compliance/activities`: refused unless the Compliance API is switched on (docs, "Activity Feed"). */
export function listActivities(request: Received, { activities }: Options): unknown {
  const query = readQuery(request, {
    'activity_types[]': list,
    'created_at.gte': instant.optional(),
    limit: limit(5000).default(100),
    after_id: z.string().optional(),
  })
  if (activities === null) throw forbidden('Got: org:admin. Needed: read:compliance_activities.')
  const data = activities
    .filter(({ type, created_at }) => {
      const isAsked = (query['activity_types[]'] as string[]).includes(type)
      return isAsked && Date.parse(created_at) >= (query['created_at.gte'] ?? 0)
    })
    .toSorted((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))
    .slice(0, query.limit)
    .map((activity, index) => ({
      id: `activity_01Emulator${index}`,
      organization_id: 'org_01Emulator',
      organization_uuid: 'a3c5e7f9-1b2d-4f60-8a9c-0d1e2f304152',
      ...activity,
    }))
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }
}
