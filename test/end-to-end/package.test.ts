import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN_KEY, type AnthropicEmulator, startAnthropic } from '../emulator/anthropic/server.ts'
import { group, usage, world } from '../emulator/world/world.ts'
import { runDesk } from '../runner/run-desk.ts'

/** The package as npx gets it: packed, and installed where nothing else is and no registry can be asked. */

const DAY = 86_400_000
const yesterday = new Date(Date.now() - DAY).toISOString().slice(0, 10)
const WORLD = world({
  now: Date.now,
  groups: [group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-5'], limits: { requests_per_minute: 4_000 } })],
  usage: [usage({ at: `${yesterday}T14:05:20Z`, model: 'claude-opus-4-5', requests: 1_000, output: 1_000 })],
})
const manifest = JSON.parse(readFileSync('package.json', 'utf8'))

const npm = (argv: readonly string[], cwd = process.cwd()) =>
  execFileSync('npm', [...argv], { cwd, encoding: 'utf8', stdio: 'pipe', shell: process.platform === 'win32' })

let anthropic: AnthropicEmulator
let folder: string
beforeAll(async () => {
  anthropic = await startAnthropic(WORLD, { dataRefreshedAt: null })
  folder = mkdtempSync(join(tmpdir(), 'package-'))
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder]))
  npm(['install', '--offline', '--no-audit', '--no-fund', '--prefix', folder, join(folder, filename)], folder)
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await anthropic.stop()
})

const installed = () => join(folder, 'node_modules', manifest.name)

describe('The package', () => {
  test('brings nothing with it: what the command needs is in its bundle', () => {
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([manifest.name])
    expect(Object.keys(manifest).filter((key) => /dependencies$/i.test(key))).toEqual(['devDependencies'])
  })

  test('holds the launcher, its bundle and the licences, and no sources or tests', () => {
    expect(readdirSync(installed()).sort()).toEqual(['LICENSE', 'README.md', 'bin', 'dist', 'package.json'])
    expect(readdirSync(join(installed(), 'dist')).sort()).toEqual(['desk.LICENSES.txt', 'desk.js'])
  })

  test('runs', async () => {
    const launcher = join(installed(), manifest.bin['claude-rate-limit-audit'])
    expect(manifest.scripts.audit).toBe(`node ${manifest.bin['claude-rate-limit-audit']}`)
    const { code, stdout, stderr } = await runDesk({
      argv: ['--base-url', anthropic.url],
      env: { ANTHROPIC_ADMIN_KEY: ADMIN_KEY },
      cwd: folder,
      launcher,
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('🟢 The one limit measured is at 25 %.')
  })

  // For `npx github:OWNER/…` npm installs all development dependencies first as soon as a package has one of these
  // (pacote, lib/git.js): hundreds of megabytes for a command that needs none of them.
  test('makes npm prepare nothing when it is installed from git', () => {
    const preparing = ['postinstall', 'build', 'preinstall', 'install', 'prepack', 'prepare']
    expect(Object.keys(manifest.scripts).filter((name) => preparing.includes(name))).toEqual([])
    expect(manifest.workspaces).toBeUndefined()
  })

  test('runs on the Node that undici asks for and later, and says so to an older one in a sentence', () => {
    const undici = JSON.parse(readFileSync('node_modules/undici/package.json', 'utf8'))
    expect(manifest.engines.node).toBe(undici.engines.node)
    expect(manifest.engines.node).toBe('>=22.19.0')
    const older = ['/usr/bin/node', '/usr/local/bin/node'].find(
      (path) =>
        existsSync(path) &&
        Number(/^v(\d+)/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout)?.[1]) < 22,
    )
    const launcher = join(installed(), manifest.bin['claude-rate-limit-audit'])
    // Where this machine has no older Node, one that says it is.
    const argv = older
      ? [launcher]
      : [
          '--eval',
          `Object.defineProperty(process.versions, 'node', { value: '22.18.0' }); require(${JSON.stringify(launcher)})`,
        ]
    const { status, stderr, stdout } = spawnSync(older ?? process.execPath, argv, { encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(
      /^error: claude-rate-limit-audit needs Node 22\.19 or later, and this is Node \d+\.\d+\.\d+\.\n$/,
    )
  })
})
