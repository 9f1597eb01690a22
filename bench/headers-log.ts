import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type GitHubEmulator, startGitHub } from '../test/emulator/github/github.ts'

/**
 * `npm run bench:log`: what a log of response headers of 1 GB costs the committed bundle, plain and packed: seconds and
 * the most memory, as the kernel counts it. Fails where that is more than 200 MB.
 */

const GIGABYTE = 1_000_000_000
const MOST_MEGABYTES = 200
const MODELS = ['claude-opus-4-6', 'claude-sonnet-4-6', 'claude-haiku-4-5']
const NAMES = ['requests', 'input-tokens', 'output-tokens', 'tokens']

/** A response of a day in which 1 % are refused; `index` of about 1.1 million. */
function line(index: number): string {
  const limit = 4000
  const headers = NAMES.flatMap((name, offset) => [
    [`anthropic-ratelimit-${name}-limit`, String(limit * 100 ** Math.min(offset, 1))],
    [`anthropic-ratelimit-${name}-remaining`, String((index * 7919 + offset) % limit)],
    [`anthropic-ratelimit-${name}-reset`, '2026-11-22T14:05:00Z'],
  ])
  const refused = index % 100 === 0
  return JSON.stringify({
    timestamp: new Date(Date.UTC(2026, 10, 22) + (index % 86_400) * 1000).toISOString(),
    model: MODELS[index % MODELS.length],
    status: refused ? 429 : 200,
    headers: {
      ...Object.fromEntries(headers),
      'request-id': `req_${String(index).padStart(24, '0')}`,
      'anthropic-workspace-id': `wrkspc_${index % 4}`,
      ...(refused && { 'retry-after': String(index % 60) }),
    },
    ...(refused && { error: { type: 'error', error: { type: 'rate_limit_error', message: 'x' } } }),
  })
}

/** A log of so many bytes of lines; packed where its name ends in `.gz`. */
export async function writeLog(path: string, size = GIGABYTE): Promise<void> {
  const file = createWriteStream(path)
  const sink = path.endsWith('.gz') ? createGzip({ level: 1 }) : file
  if (sink !== file) sink.pipe(file)
  for (let index = 0, bytes = 0; bytes < size; ) {
    const lines = Array.from({ length: 1000 }, () => line(index++))
    const text = `${lines.join('\n')}\n`
    bytes += text.length
    if (!sink.write(text)) await once(sink, 'drain')
  }
  sink.end()
  await finished(file)
}

/** One run of the bundle; its last line on the error output is the most memory it took, in MB. */
async function audit(folder: string, pattern: string, { env, token }: Pick<GitHubEmulator, 'env' | 'token'>) {
  const inputs = {
    'INPUT_HEADERS-LOG': pattern,
    'INPUT_SNAPSHOT-MODE': 'none',
    'INPUT_GITHUB-TOKEN': token,
    GITHUB_WORKSPACE: folder,
    RUNNER_TEMP: folder,
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
    GITHUB_RUN_ID: '1',
  }
  await Promise.all([inputs.GITHUB_OUTPUT, inputs.GITHUB_STEP_SUMMARY].map((path) => writeFile(path, '')))
  const probe = join(folder, 'probe.cjs')
  await writeFile(
    probe,
    "process.on('exit', () => require('node:fs').writeSync(2, `peak ${Math.round(process.resourceUsage().maxRSS / 1000)}\\n`))",
  )
  const started = performance.now()
  const child = spawn(process.execPath, ['--require', probe, 'dist/index.js'], {
    env: { PATH: process.env.PATH, ...env, ...inputs },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()))
  const code = await new Promise((resolve) => child.once('close', resolve))
  const seconds = (performance.now() - started) / 1000
  const peak = Number(/^peak (\d+)$/m.exec(output)?.[1])
  const read = /Read [\d,]+ lines.*/.exec(output)?.[0]
  if (code !== 0 || !read || !peak) throw new Error(`The run failed (${code}).\n${output}`)
  return { seconds, peak, read, progress: output.match(/MB read/g)?.length ?? 0 }
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-log-'))
  const github = await startGitHub()
  try {
    for (const name of ['log.jsonl', 'log.jsonl.gz']) {
      const path = join(folder, name)
      await writeLog(path)
      const { size } = await stat(path)
      const { seconds, peak, read, progress } = await audit(folder, name, github)
      console.log(
        `${name} (${Math.round(size / 1e6)} MB on disk): ${seconds.toFixed(1)} s, ${peak} MB at most, ${progress} lines of progress. ${read}`,
      )
      await rm(path)
      if (peak > MOST_MEGABYTES) throw new Error(`${peak} MB is more than ${MOST_MEGABYTES} MB.`)
    }
  } finally {
    await github.stop()
    await rm(folder, { recursive: true })
  }
}

if (import.meta.main) await main()
