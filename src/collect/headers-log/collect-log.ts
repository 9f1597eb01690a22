import { AuditError, describeError } from '../../errors.ts'
import type { LogInputs } from '../../inputs/inputs.ts'
import type { Log } from '../../log.ts'
import type { Run } from '../../run.ts'
import { count } from '../../vocabulary/figures.ts'
import { DAY, dayOf, isoTime, MINUTE, type Window } from '../../vocabulary/use/window.ts'
import { eachLine, LONGEST_LINE } from './each-line.ts'
import { type Entry, parseEntry } from './entry.ts'
import { findLogFiles, type LogFiles } from './files.ts'
import { readLog } from './read-log.ts'
import { blindness, refuseOtherFiles, type Tally, tallyText } from './tally.ts'
import type { Reading } from './window-reading.ts'

/** A log as it was read, for a window. */
export type LogRead = {
  window: Window
  reading: Reading
  /** The same log over the time before; null where there is none to compare with. */
  dayBefore: Reading | null
  tally: Tally
  /** Why nothing was measured although requests were refused; null: something was measured. */
  blindness: string | null
}

/** A log's clock may be a little ahead of the runner's; a line from further ahead would stretch the window to then. */
const CLOCK_DIFFERENCE = 60 * MINUTE
/** As many days as `lookback-days` may ask for. */
const MOST_DAYS = 31
const BETWEEN_PROGRESS = 100_000_000

/**
 * Reads the log for the chosen window, or for what it holds: the whole minutes from its first to its last response, at most
 * 31 days. Throws AuditError where no file can be read, most lines are none, or it is of several organizations (limits of
 * two side by side would be nobody's), and where nothing was measured and nothing refused: then nothing is known.
 */
export function collectLog({ deps, log, inputs }: Run<LogInputs>): Promise<LogRead> {
  const { window: chosen } = inputs
  const { pattern } = inputs.source
  const folder = deps.env.GITHUB_WORKSPACE || process.cwd()
  const { RUNNER_TEMP: temp } = deps.env
  return log.group('Headers log', async () => {
    const found = await findLogFiles(pattern, temp ? [folder, temp] : [folder])
    deps.saveMemory()
    const reading = readLog((at) => chosen === 'log-span' || isOfInterest(at, chosen))
    const read = await readFiles(found, deps.now() + CLOCK_DIFFERENCE, reading.add, log.info)
    refuseOtherFiles(read.tally, pattern)
    refuseSeveral(read.organizations)
    const window = chosen === 'log-span' ? windowOfSpan(reading.kept() ?? read.span) : chosen
    const inWindow = reading.over(window)
    const tally = { ...read.tally, inWindow: inWindow.responses, withoutLimits: inWindow.withoutLimits }
    log.info(tallyText(tally))
    const blind = blindness(inWindow, tally, window, read.span)
    if (blind !== null && inWindow.refusals.length === 0) throw new AuditError(`headers-log: ${blind}`)
    const dayBefore = window.earlier && reading.over(window.earlier)
    return { window, reading: inWindow, dayBefore, tally, blindness: blind }
  })
}

function isOfInterest(at: number, window: Window): boolean {
  return at < window.end && at >= (window.earlier ?? window).start
}

function windowOfSpan({ first, last }: { first: number; last: number }): Window {
  const end = Math.floor(last / MINUTE) * MINUTE + MINUTE
  const start = Math.max(Math.floor(first / MINUTE) * MINUTE, dayOf(last) - (MOST_DAYS - 1) * DAY)
  return { start, end, days: (dayOf(last) - dayOf(start)) / DAY + 1, earlier: null }
}

type FilesRead = {
  tally: Omit<Tally, 'inWindow' | 'withoutLimits'>
  span: { first: number; last: number }
  organizations: ReadonlySet<string>
}

/** Every line of the files; `until` (UTC ms): a later response is not understood. */
async function readFiles(
  { files, dangling }: LogFiles,
  until: number,
  add: (entry: Entry) => void,
  progress: Log['info'],
): Promise<FilesRead> {
  const tally: FilesRead['tally'] = {
    files: files.length,
    dangling,
    lines: 0,
    responses: 0,
    notUnderstood: 0,
    firstProblem: null,
    unusable: 0,
    firstUnusable: null,
    seen: [],
  }
  const organizations = new Set<string>()
  const span = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY }

  const take = (line: string | null, where: string) => {
    tally.lines++
    const entry = entryOf(line, until)
    if ('problem' in entry) {
      tally.notUnderstood++
      tally.firstProblem ??= `${where}: ${entry.problem}`
      return
    }
    tally.responses++
    if (entry.unusable !== null) {
      tally.unusable++
      tally.firstUnusable ??= `${where}: ${entry.unusable}`
    }
    if (entry.levels.length === 0 && tally.seen.length === 0) tally.seen = entry.seen
    if (entry.organizationId !== null) organizations.add(entry.organizationId)
    span.first = Math.min(span.first, entry.at)
    span.last = Math.max(span.last, entry.at)
    add(entry)
  }

  let before = 0
  let reported = 0
  for (const { name, path } of files) {
    let size = 0
    try {
      await eachLine(path, (line, number, bytes) => {
        size = bytes
        if (line === null || line.trim() !== '') take(line, `${name} line ${number}`)
        if (before + bytes - reported < BETWEEN_PROGRESS) return
        reported = before + bytes
        progress(`${count(Math.round(reported / 1_000_000))} MB read, ${count(tally.lines)} lines …`)
      })
    } catch (error) {
      if (error instanceof AuditError) throw error
      throw new AuditError(`headers-log: ${name} could not be read: ${describeError(error)}.`, { cause: error })
    }
    before += size
  }
  return { tally, span, organizations }
}

function entryOf(line: string | null, until: number): Entry | { problem: string } {
  if (line === null) return { problem: `longer than ${count(LONGEST_LINE)} bytes` }
  const entry = parseEntry(line)
  if ('problem' in entry || entry.at < until) return entry
  return { problem: `timestamp: ${isoTime(entry.at)} is yet to come` }
}

function refuseSeveral(organizations: ReadonlySet<string>): void {
  if (organizations.size <= 1) return
  throw new AuditError(
    `headers-log: the responses are of ${organizations.size} organizations: ${[...organizations].sort().join(', ')}.`,
    { remedy: 'Give each organization a log and a run of its own.' },
  )
}
