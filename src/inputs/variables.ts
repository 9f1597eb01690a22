import type { Deps } from '../deps.ts'
import { readProxies } from '../transport/proxies.ts'
import { createSecrets, type Secrets } from '../transport/redaction.ts'

/** Tokens of the runner that this action uses or could meet in what others quote. */
const TOKENS = ['ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'ACTIONS_RUNTIME_TOKEN'] as const

/** The secrets of a run: of its variables at first, the passwords of its proxies among them; inputs add theirs. */
export function secretsOf({ core, env }: Pick<Deps, 'core' | 'env'>): Secrets {
  const secrets = createSecrets(core)
  for (const name of TOKENS) secrets.add(env[name] ?? '')
  for (const secret of readProxies(env).secrets) secrets.add(secret)
  return secrets
}
