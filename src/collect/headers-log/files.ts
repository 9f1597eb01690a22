import { createReadStream } from 'node:fs'
import { glob, stat } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { AuditError, describeError } from '../../errors.ts'
import { type Entry, parseEntry } from './entry.ts'

/** Where a log came from, and how much of it could be read. */
export type LogSource = {
  files: number
  /** Responses read. */
  entries: number
  unreadable: number
  /** The first line that could not be read: `logs/a.jsonl line 7: not JSON: …`. */
  firstProblem: string | null
}

/**
 * Reads every line of the files a pattern names, in the order of their names, and hands each entry to `add`.
 * Throws AuditError where no file matches, one cannot be read, nothing in them is an entry, most of their lines are none,
 * or they are of several organizations: limits of two organizations side by side would be nobody's.
 */
export async function readLogFiles(pattern: string, folder: string, add: (entry: Entry) => void): Promise<LogSource> {
  const paths = await matching(pattern, folder)
  if (paths.length === 0)
    throw new AuditError(`headers-log: no file matches ${pattern} in ${folder}.`, {
      remedy: 'Check the path; a log of an earlier job has to be downloaded or checked out first.',
    })
  const source: LogSource = { files: paths.length, entries: 0, unreadable: 0, firstProblem: null }
  const organizations = new Set<string>()
  for (const path of paths) {
    await eachLine(path, folder, (line, number) => {
      const entry = parseEntry(line)
      if ('problem' in entry) {
        source.unreadable++
        source.firstProblem ??= `${path} line ${number}: ${entry.problem}`
        return
      }
      source.entries++
      if (entry.organizationId !== null) organizations.add(entry.organizationId)
      add(entry)
    })
  }
  check(source, organizations, pattern)
  return source
}

async function matching(pattern: string, folder: string): Promise<string[]> {
  const paths: string[] = []
  for await (const path of glob(pattern, { cwd: folder })) {
    if ((await stat(resolve(folder, path))).isFile()) paths.push(path)
  }
  return paths.sort()
}

async function eachLine(path: string, folder: string, take: (line: string, number: number) => void): Promise<void> {
  const input = createReadStream(isAbsolute(path) ? path : resolve(folder, path), 'utf8')
  let number = 0
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++
      const text = number === 1 ? line.replace(/^\uFEFF/, '') : line
      if (text.trim() !== '') take(text, number)
    }
  } catch (error) {
    throw new AuditError(`headers-log: ${path} could not be read: ${describeError(error)}.`, { cause: error })
  }
}

function check(
  { entries, unreadable, firstProblem }: LogSource,
  organizations: ReadonlySet<string>,
  pattern: string,
): void {
  if (entries === 0 && unreadable === 0) throw new AuditError(`headers-log: the files of ${pattern} are empty.`)
  if (unreadable > entries)
    throw new AuditError(
      `headers-log: ${unreadable} of ${entries + unreadable} lines of ${pattern} are no entries of a headers log; the first is ${firstProblem}.`,
      { remedy: 'docs/headers-log.md shows what a line holds.' },
    )
  if (organizations.size > 1)
    throw new AuditError(
      `headers-log: the responses are of ${organizations.size} organizations: ${[...organizations].sort().join(', ')}.`,
      { remedy: 'Give each organization a log and a run of its own.' },
    )
}
