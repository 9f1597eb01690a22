import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ADMIN_KEY } from '../test/emulator/anthropic/server.ts'
import { runAction } from '../test/runner/run-action.ts'
import { type Cost, measure, runScript } from './measure.ts'
import type { Call, Service } from './service.ts'

/** What is compared: the action, the obvious script, and the floor. Each is one process of its own. */

/** `date`: the last audited day, `YYYY-MM-DD`. */
export type Audit = { date: string; days: number }

/** The part of a verdict that both compute, one line each. */
export type Verdicts = string[]

export type Figures = Cost & { value: Verdicts; requests: number; bytes: number; calls: Call[] }

/** The committed bundle as the runner starts it. The snapshot goes to a file, so that no other service has a part in it. */
export function runAudit(service: Service, { date, days }: Audit): Promise<Figures> {
  return withCalls(service, async (nodeArguments, env) => {
    const workspace = await mkdtemp(join(tmpdir(), 'bench-workspace-'))
    const run = await runAction({
      inputs: {
        'anthropic-admin-key': ADMIN_KEY,
        'anthropic-base-url': service.url,
        'snapshot-mode': 'file',
        date,
        'lookback-days': String(days),
      },
      env: { ...env, GITHUB_WORKSPACE: workspace },
      nodeArguments,
    })
    await rm(workspace, { recursive: true })
    if (run.code !== 0 || !run.report) throw new Error(`The action ended with ${run.code}:\n${run.log}`)
    return run.report.verdicts
      .filter(({ band }) => band !== 'unmeasured')
      .map(({ scope, group, limiter, limit, peak, peak_at, bracket, p99, utilization, band, transition }) =>
        JSON.stringify([
          scope.type === 'organization' ? null : scope.id,
          group.name,
          limiter,
          { limit, peak, peak_at, bracket, p99, utilization, band, transition },
        ]),
      )
      .sort()
  })
}

/** Everything, one request after another, kept in memory, then judged. */
export function runObvious(service: Service, { date, days }: Audit): Promise<Figures> {
  return withCalls(service, async (nodeArguments, env) => {
    const variables = { ...env, URL: service.url, KEY: ADMIN_KEY, DATE: date, DAYS: String(days) }
    return JSON.parse(await runScript('obvious.mjs', nodeArguments, variables)) as Verdicts
  })
}

/** Node, and nothing to do. */
function runEmpty(): Promise<Cost> {
  return measure((nodeArguments, env) => runScript('empty.mjs', nodeArguments, env))
}

/** The least any client must do with what these calls are answered with. Its `cpu` is a Node start, and the work on the bodies. */
export async function createFloor(service: Service, calls: readonly Call[]) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-bodies-'))
  for (const [index, { url, headers }] of calls.entries()) {
    const { encoding, body } = await bodyOf(`${service.url}${url}`, headers)
    await writeFile(join(folder, `${index}.${encoding}`), body)
  }
  return {
    run: async (): Promise<Cost> => {
      const empty = await runEmpty()
      const work = Number(await runScript('floor.mjs', [], { BODIES: folder }))
      return { ...empty, wall: empty.wall + work, cpu: empty.cpu + work }
    },
    remove: () => rm(folder, { recursive: true }),
  }
}

async function withCalls(service: Service, run: Parameters<typeof measure<Verdicts>>[0]): Promise<Figures> {
  await service.calls()
  const cost = await measure(run)
  const calls = await service.calls()
  return { ...cost, calls, requests: calls.length, bytes: calls.reduce((sum, { bytes }) => sum + bytes, 0) }
}

/** By node:http, which leaves a body as it came. */
function bodyOf(url: string, headers: Record<string, string>): Promise<{ encoding: string; body: Buffer }> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, async (reply) => {
      const chunks: Buffer[] = []
      for await (const chunk of reply) chunks.push(chunk)
      resolve({ encoding: reply.headers['content-encoding'] ?? 'identity', body: Buffer.concat(chunks) })
    }).on('error', reject)
  })
}
