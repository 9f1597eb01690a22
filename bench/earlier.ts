import { execFile } from 'node:child_process'
import { access, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { compareVerdicts, type Figures, runAudit } from './contenders.ts'
import { median, middleOf, repeat } from './measure.ts'
import { type Size, withService } from './service.ts'
import { megabytes, milliseconds, ratio, seconds, whole } from './table.ts'

/** The committed bundle beside an earlier one, or beside one that was built in another way. */

/** The commit before use was read by group. */
const COMMIT = '4cfcc88'
const LATENCY = 50

/** What is set side by side. */
const COMPARED = ['requests', 'wall', 'cpu', 'memory', 'untilFirstRequest'] as const

/** `over`: the median of action ÷ earlier, turn by turn, so that a machine which is slower for a while is so for both. */
export type Beside = {
  world: string
  audit: Figures
  earlier: Figures
  over: Record<(typeof COMPARED)[number], number>
}

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

/** Both over a day of one world, in turns, each of them first in every other turn; the first run of each is not counted. */
export async function beside(world: string, size: Size, bundle: string, turns: number): Promise<Beside> {
  return withService(size, async (service) => {
    const inTurn = async (turn: number) => {
      const ahead = turn % 2 === 0 ? null : await runAudit(service, 1, bundle)
      const audit = await runAudit(service, 1)
      return { audit, earlier: ahead ?? (await runAudit(service, 1, bundle)) }
    }
    const first = await inTurn(0)
    compareVerdicts(world, first.audit, first.earlier)
    await service.behave({ latency: LATENCY, limiter: null })
    const all = await repeat(turns, inTurn)
    const medianOver = (of: (typeof COMPARED)[number]) =>
      middleOf(all.map(({ audit, earlier }) => (audit[of] ?? 0) / (earlier[of] ?? 0)))
    return {
      world,
      audit: median(all.map(({ audit }) => audit)),
      earlier: median(all.map(({ earlier }) => earlier)),
      over: Object.fromEntries(COMPARED.map((of) => [of, medianOver(of)])) as Beside['over'],
    }
  })
}

export const BESIDE_HEAD = ['world', 'who', 'requests', 'wall', 'CPU', 'peak memory', 'first request after'] as const

export function besideRows({ world, audit, earlier, over }: Beside): string[][] {
  const line = (who: string, of: Figures) => [
    world,
    who,
    whole(of.requests),
    seconds(of.wall),
    seconds(of.cpu),
    megabytes(of.memory),
    milliseconds(of.untilFirstRequest ?? 0),
  ]
  return [
    line('action', audit),
    line('earlier', earlier),
    [world, '**action ÷ earlier**', ...COMPARED.map((of) => ratio(over[of]))],
  ]
}
