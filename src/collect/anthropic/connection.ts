import type { Credentials } from '../../inputs/source.ts'
import type { Run } from '../../run.ts'
import { type AnthropicClient, createAnthropic } from './client.ts'
import { createCredentials } from './credentials.ts'

/** Longest time the reading may take, in milliseconds: a job that hangs tells nobody anything. */
const TIME_BUDGET = 20 * 60_000

/** The Admin API as one run reaches it: one credential, one time budget. */
export type Connection = {
  client: AnthropicClient
  /** A client that gives up earlier: after so many milliseconds from now. */
  clientFor: (milliseconds: number) => AnthropicClient
  /** Ends what is under way: a run that has failed must not keep on asking. */
  close: () => void
}

export function connect({ deps, log, secrets, inputs }: Run, source: Credentials): Connection {
  const stop = new AbortController()
  const deadline = deps.now() + TIME_BUDGET
  const options = { baseUrl: inputs.anthropicBaseUrl, deadline, redact: secrets.redact, log: log.debug }
  const credentials = createCredentials({ ...deps, secrets, log: log.debug, show: log.info }, source, options)
  const clientUntil = (time: number) =>
    createAnthropic(deps, { ...options, credentials, stop: stop.signal, deadline: time })
  return {
    client: clientUntil(deadline),
    clientFor: (milliseconds) => clientUntil(Math.min(deps.now() + milliseconds, deadline)),
    close: () => stop.abort(),
  }
}
