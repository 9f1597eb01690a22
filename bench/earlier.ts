import { execFile } from 'node:child_process'
import { access, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { compareVerdicts, type Figures, runAudit } from './contenders.ts'
import { type Cost, median, repeat } from './measure.ts'
import { type Size, withService } from './service.ts'
import { megabytes, milliseconds, ratio, seconds, whole } from './table.ts'

/** The committed bundle beside an earlier one, or beside one that was built in another way. */

/** The commit before use was read by group. */
const COMMIT = '4cfcc88'
const LATENCY = 50

export type Beside = { world: string; audit: Figures; earlier: Figures }

/** The path of the earlier bundle: as given, or from this repository's history. Throws where there is neither. */
export async function earlierBundle(given: string | undefined): Promise<string> {
  if (given !== undefined) {
    const path = resolve(given)
    await access(path)
    return path
  }
  const git = promisify(execFile)
  const options = { cwd: import.meta.dirname, encoding: 'utf8', maxBuffer: 10e6 } as const
  const { stdout } = await git('git', ['show', `${COMMIT}:dist/index.js`], options).catch(() => {
    throw new Error(
      `This checkout does not have commit ${COMMIT} to compare with. Fetch the whole history (git fetch --unshallow), name a bundle with --earlier PATH, or run other parts: npm run bench -- limit`,
    )
  })
  const path = join(await mkdtemp(join(tmpdir(), 'bench-earlier-')), 'index.mjs')
  await writeFile(path, stdout)
  return path
}

/** Both over a day of one world, in turns, so that a busy machine is as hard on both; the first of each is not counted. */
export async function beside(world: string, size: Size, bundle: string, turns: number): Promise<Beside> {
  return withService(size, async (service) => {
    const runs = async () => ({ audit: await runAudit(service, 1), earlier: await runAudit(service, 1, bundle) })
    const first = await runs()
    compareVerdicts(world, first.audit, first.earlier)
    await service.behave({ latency: LATENCY, limiter: null })
    const all = await repeat(turns, runs)
    return { world, audit: median(all.map(({ audit }) => audit)), earlier: median(all.map(({ earlier }) => earlier)) }
  })
}

export const BESIDE_HEAD = ['world', 'who', 'requests', 'wall', 'CPU', 'peak memory', 'first request after'] as const

export function besideRows({ world, audit, earlier }: Beside): string[][] {
  const line = (who: string, of: Figures) => [
    world,
    who,
    whole(of.requests),
    seconds(of.wall),
    seconds(of.cpu),
    megabytes(of.memory),
    milliseconds(of.untilFirstRequest ?? 0),
  ]
  const over = (of: (cost: Cost & { requests: number }) => number) => ratio(of(audit) / of(earlier))
  return [
    line('action', audit),
    line('earlier', earlier),
    [
      world,
      '**action ÷ earlier**',
      over(({ requests }) => requests),
      over(({ wall }) => wall),
      over(({ cpu }) => cpu),
      over(({ memory }) => memory),
      over(({ untilFirstRequest }) => untilFirstRequest ?? 0),
    ],
  ]
}
