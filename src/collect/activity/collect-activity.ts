import * as z from 'zod'
import { AuditError, describeError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Activity, Actor } from '../../vocabulary/activity.ts'
import { DAY, isoTime } from '../../vocabulary/use/window.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import type { Connection } from '../anthropic/connection.ts'
import { readApiKeyNames } from '../usage/api-keys.ts'

const id = z.string().nullish()
/** Whatever else an actor has, an e-mail or an address above all, is dropped here. */
const actor = z.object({
  type: z.string(),
  admin_api_key_id: id,
  api_key_id: id,
  service_account_id: id,
  user_id: id,
})
const page = z.object({
  data: z.array(
    z.object({
      type: z.string(),
      created_at: z.iso.datetime({ offset: true }),
      workspace_id: z.string(),
      model_group: z.string().nullish(),
      limiter_type: z.string(),
      value: z.number().nullish(),
      actor,
    }),
  ),
})

const PATH = '/v1/compliance/activities'
const UPDATED = 'platform_workspace_rate_limit_updated'
const DELETED = 'platform_workspace_rate_limit_deleted'

/** Who changed a limit is a help, not the verdict: nothing waits longer for it, in milliseconds. */
const TIME_BUDGET = 10_000
/** A change that is older has been in the repository for long. */
const LOOK_BACK = 90 * DAY

/**
 * Changes of workspace limits that the Activity Feed has on record, newest first, in one request; null where it is not
 * open to this credential, not switched on, or could not be read, which is all the same here: nothing is said then.
 * GET /v1/compliance/activities (Anthropic's docs, "Activity Feed"): an Admin key may read it if the Compliance API was
 * switched on when the key was made. `until`: the end of the window, UTC ms.
 */
export async function collectActivity(
  { clientFor }: Pick<Connection, 'clientFor'>,
  until: number,
  log: Pick<Log, 'debug'>,
): Promise<Activity[] | null> {
  const client = clientFor(TIME_BUDGET)
  try {
    const { data } = await client.get(
      PATH,
      { activity_types: [UPDATED, DELETED], 'created_at.gte': isoTime(until - LOOK_BACK), limit: 1000 },
      page,
    )
    const names = await keyNames(client, data)
    return data.flatMap(
      ({ type, created_at, workspace_id, model_group, limiter_type, value, actor: by }): Activity[] =>
        type === UPDATED || type === DELETED
          ? [
              {
                at: Date.parse(created_at),
                workspaceId: workspace_id,
                modelGroup: model_group ?? null,
                limiter: limiter_type,
                value: type === UPDATED ? (value ?? null) : null,
                actor: actorOf(by, names),
              },
            ]
          : [],
    )
  } catch (error) {
    log.debug(`Who changed a limit could not be read: ${describeError(error)}`)
    return null
  }
}

type By = z.infer<typeof actor>

/** Names of keys, where some change was made with one. */
async function keyNames(client: AnthropicClient, data: readonly { actor: By }[]): Promise<ReadonlyMap<string, string>> {
  if (!data.some(({ actor: by }) => by.admin_api_key_id ?? by.api_key_id)) return new Map()
  return readApiKeyNames(client).catch((error) => {
    if (error instanceof AuditError) return new Map()
    throw error
  })
}

const KINDS: Record<string, string> = {
  admin_api_key_actor: 'admin key',
  anthropic_actor: 'Anthropic',
  api_actor: 'API key',
  service_account_actor: 'service account',
  system_actor: 'an automated process of Anthropic',
  user_actor: 'user',
}

/** The union is open: a kind that is newer than this code is named as Anthropic spells it. */
function actorOf(by: By, names: ReadonlyMap<string, string>): Actor {
  const key = by.admin_api_key_id ?? by.api_key_id ?? null
  return {
    kind: KINDS[by.type] ?? by.type.replace(/_actor$/, '').replaceAll('_', ' '),
    id: key ?? by.service_account_id ?? by.user_id ?? null,
    name: key === null ? null : (names.get(key) ?? null),
  }
}
