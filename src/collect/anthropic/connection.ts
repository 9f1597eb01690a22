import type { Credentials } from '../../inputs/source.ts'
import type { Run } from '../../run.ts'
import { type Budget, createBudget } from './budget.ts'
import { type AnthropicClient, createAnthropic, type Version } from './client.ts'
import { createCredentials } from './credentials.ts'
import { createPace, type Pace } from './pace.ts'

/** More at once would not be served sooner: the API counts requests by the minute. */
const MOST_AT_ONCE = 8

/** The Admin API as one run reaches it: one credential, one time budget, one line of requests. */
export type Connection = {
  client: AnthropicClient
  /** The same API as its version before answers: where an answer is hard to believe, it is asked again so. */
  older: AnthropicClient
  /** A client that gives up earlier: after so many milliseconds from now. */
  clientFor: (milliseconds: number) => AnthropicClient
  budget: Budget
  pace: Pick<Pace, 'perMinute'>
  /** Ends what is under way: a run that has failed must not keep on asking. */
  close: () => void
}

export function connect({ deps, log, secrets, inputs }: Run, source: Credentials): Connection {
  const stop = new AbortController()
  const budget = createBudget(deps.now)
  const sleep: typeof deps.sleep = (milliseconds) => deps.sleep(milliseconds, stop.signal)
  const pace = createPace(MOST_AT_ONCE, { ...deps, sleep }, { onLine: budget.makeRoom, log: log.info })
  const options = { baseUrl: inputs.anthropicBaseUrl, pace, redact: secrets.redact, log: log.debug }
  const credentials = createCredentials({ ...deps, secrets, log: log.debug, show: log.info }, source, {
    ...options,
    deadline: budget.deadline,
  })
  const clientWith = (version: Version, deadline: () => number) =>
    createAnthropic(deps, { ...options, credentials, stop: stop.signal, version, deadline })
  return {
    client: clientWith('2026-10-21', budget.deadline),
    older: clientWith('2023-06-01', budget.deadline),
    clientFor: (milliseconds) => {
      const own = deps.now() + milliseconds
      return clientWith('2026-10-21', () => Math.min(own, budget.deadline()))
    },
    budget,
    pace,
    close: () => stop.abort(),
  }
}
