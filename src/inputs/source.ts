import type { Fields } from './fields.ts'
import type { InputName } from './names.ts'

export type Credentials =
  | { kind: 'admin-key'; key: string }
  | {
      kind: 'federation'
      federationRuleId: string
      organizationId: string
      serviceAccountId: string
      workspaceId: string | null
      audience: string
    }

/** A log of response headers: a path or a glob. */
export type LogPattern = { kind: 'headers-log'; pattern: string }

/** Where limits and use are read: the Admin API, or (without any credential) a log of response headers. */
export type Source = Credentials | LogPattern

const FEDERATION = [
  'anthropic-federation-rule-id',
  'anthropic-organization-id',
  'anthropic-service-account-id',
] as const

/** The log of headers or the credential that was given; what is missing or does not go together is added to `problems`. */
export function chooseSource(
  raw: Record<InputName, string>,
  values: Partial<Fields>,
  problems: string[],
): Source | undefined {
  if (!raw['headers-log']) return chooseCredentials(raw, values, problems)
  const given = (['anthropic-admin-key', ...FEDERATION, 'anthropic-workspace-id'] as const).filter((name) => raw[name])
  if (given.length > 0)
    problems.push(
      `headers-log: got a log together with ${given.join(', ')}; accepted: a log, or a credential of the Admin API, not both`,
    )
  const pattern = values['headers-log']
  return pattern ? { kind: 'headers-log', pattern } : undefined
}

function chooseCredentials(
  raw: Record<InputName, string>,
  values: Partial<Fields>,
  problems: string[],
): Credentials | undefined {
  const given = FEDERATION.filter((name) => raw[name])
  const anyFederation = given.length > 0 || raw['anthropic-workspace-id'] !== ''
  if (raw['anthropic-admin-key'] && anyFederation) {
    problems.push(
      `anthropic-admin-key: got a key together with federation inputs (${[...given, 'anthropic-workspace-id'].filter((name) => raw[name as InputName]).join(', ')}); accepted: exactly one of the two ways to authenticate`,
    )
    return undefined
  }
  if (!raw['anthropic-admin-key'] && !anyFederation) {
    problems.push(
      `anthropic-admin-key: got nothing; accepted: an Admin API key (Console → Settings → Admin keys), or for keyless access ${FEDERATION.join(', ')}; without either, headers-log`,
    )
    return undefined
  }
  if (raw['anthropic-admin-key']) {
    const key = values['anthropic-admin-key']
    return key ? { kind: 'admin-key', key } : undefined
  }
  for (const name of FEDERATION) {
    if (!raw[name])
      problems.push(`${name}: got nothing; accepted: a value, since keyless access needs ${FEDERATION.join(', ')}`)
  }
  const [federationRuleId, organizationId, serviceAccountId] = FEDERATION.map((name) => values[name])
  const audience = values['anthropic-oidc-audience']
  if (!federationRuleId || !organizationId || !serviceAccountId || !audience) return undefined
  return {
    kind: 'federation',
    federationRuleId,
    organizationId,
    serviceAccountId,
    workspaceId: values['anthropic-workspace-id'] ?? null,
    audience,
  }
}
