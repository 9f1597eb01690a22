import { type ClientOptions, createAnthropic } from '../../../src/collect/anthropic/client.ts'
import { createCredentials } from '../../../src/collect/anthropic/credentials.ts'
import { createPace } from '../../../src/collect/anthropic/pace.ts'
import type { Credentials as CredentialInputs } from '../../../src/inputs/source.ts'
import { createSecrets, type Secrets } from '../../../src/transport/redaction.ts'
import { createTransport } from '../../../src/transport/transport.ts'
import { ADMIN_KEY } from '../../emulator/anthropic/server.ts'

export type Harness = {
  client: ReturnType<typeof createAnthropic>
  /** Milliseconds of every wait so far; none of them was really waited for. */
  sleeps: number[]
  lines: string[]
  /** What `core.setSecret` was told of, in order. */
  masked: string[]
  secrets: Secrets
  close: () => Promise<void>
}

/** A client as the run makes it: the real transport, and a clock that only moves by being slept on. */
export function connect(
  server: { url: string },
  parts: {
    credentials?: CredentialInputs
    now?: () => number
    random?: () => number
    /** What a wait is; by default it is over at once. */
    sleep?: (signal: AbortSignal | undefined) => Promise<void>
    /** Variables of the runner, the issuer's among them. */
    env?: Record<string, string>
    /** UTC milliseconds. */
    deadline?: number
  } & Partial<Pick<ClientOptions, 'baseUrl' | 'requestTimeout' | 'stop'>> = {},
): Harness {
  const transport = createTransport({ env: parts.env ?? {}, version: '1.2.3' })
  const sleeps: number[] = []
  const lines: string[] = []
  const masked: string[] = []
  const secrets = createSecrets({ setSecret: (secret) => masked.push(secret) })
  let slept = 0
  const deps = {
    fetch: transport.fetch,
    now: () => (parts.now?.() ?? Date.UTC(2026, 10, 23, 6)) + slept,
    random: parts.random ?? (() => 0.5),
    sleep: async (milliseconds: number, signal?: AbortSignal) => {
      sleeps.push(milliseconds)
      slept += milliseconds
      await parts.sleep?.(signal)
    },
    env: parts.env ?? {},
    secrets,
    log: (line: string) => lines.push(line),
    show: (line: string) => lines.push(line),
  }
  const { baseUrl = server.url, requestTimeout } = parts
  const deadline = () => parts.deadline ?? Number.POSITIVE_INFINITY
  const stop = parts.stop ?? new AbortController().signal
  const sleep = (milliseconds: number) => deps.sleep(milliseconds, stop)
  const credentials = createCredentials(deps, parts.credentials ?? { kind: 'admin-key', key: ADMIN_KEY }, {
    baseUrl,
    deadline,
  })
  const client = createAnthropic(deps, {
    baseUrl,
    credentials,
    deadline,
    pace: createPace(8, { ...deps, sleep }, { onLine: () => {}, log: deps.log }),
    version: '2026-10-21',
    stop,
    redact: secrets.redact,
    log: deps.log,
    ...(requestTimeout === undefined ? {} : { requestTimeout }),
  })
  return { client, sleeps, lines, masked, secrets, close: transport.close }
}
