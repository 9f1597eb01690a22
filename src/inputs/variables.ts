import type { Deps } from '../deps.ts'
import { readProxies } from '../transport/proxies.ts'

/** Tokens of the runner that this action uses or could meet in what others quote. */
const TOKENS = ['ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'ACTIONS_RUNTIME_TOKEN'] as const

/** The secrets among the variables of a run, the passwords of its proxies among them. */
export function secretVariables(env: Deps['env']): string[] {
  const tokens = TOKENS.map((name) => env[name] ?? '')
  return [...tokens, ...readProxies(env).secrets].filter(Boolean)
}
