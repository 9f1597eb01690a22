import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deliverSnapshot } from '../../../src/deliver/snapshot/deliver-snapshot.ts'
import { writeWorkspace } from '../../../src/deliver/snapshot/write-workspace.ts'
import { BRANCH, limits, PATH } from './support.ts'

describe('snapshot-mode: file', () => {
  let folder: string
  let workspace: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'workspace-'))
    workspace = join(folder, 'workspace')
    await mkdir(workspace)
  })
  afterEach(() => rm(folder, { recursive: true }))

  function deliver(
    text: string,
    { dryRun = false, path = PATH, root = workspace }: { dryRun?: boolean; path?: string; root?: string } = {},
  ) {
    const deps = {
      fetch: () => Promise.reject(new Error('no request is made')),
      env: { GITHUB_WORKSPACE: root },
      now: () => 0,
      random: () => 0,
      sleep: async () => {},
      redact: String,
    }
    return deliverSnapshot(deps, '', {
      mode: 'file',
      dryRun,
      path,
      base: null,
      branch: BRANCH,
      labels: [],
      reviewers: [],
      assignees: [],
      plan: (files) =>
        files[path] === text
          ? null
          : {
              files: [{ path, text }],
              message: { headline: 'h', body: '' },
              pullRequest: { title: '', body: '' },
            },
      warn: () => {},
    })
  }

  it('writes the file whole, with its folders, and only where it differs', async () => {
    expect(await deliver(limits(1))).toEqual({
      operation: 'written',
      path: PATH,
      commit: null,
      pullRequest: null,
      note: null,
    })
    expect(await readFile(join(workspace, PATH), 'utf8')).toBe(limits(1))
    expect((await deliver(limits(1))).operation).toBe('unchanged')
    expect((await deliver(limits(2))).operation).toBe('written')
    expect(await readdir(join(workspace, '.github'))).toEqual(['claude-rate-limits.json'])
  })

  it('only says what it would write in a dry run', async () => {
    expect(await deliver(limits(1), { dryRun: true })).toMatchObject({
      operation: 'skipped',
      note: `Dry run: it would have written ${PATH}.`,
    })
    expect(await readdir(workspace)).toEqual([])
  })

  it.each([
    ['a folder on the way', async () => symlink(folder, join(workspace, '.github'))],
    [
      'the file itself',
      async () => {
        await writeFile(join(folder, 'outside'), 'precious')
        await mkdir(join(workspace, '.github'))
        await symlink(join(folder, 'outside'), join(workspace, PATH))
      },
    ],
  ])('does not follow a symbolic link out of the workspace: %s', async (_, lay) => {
    await lay()

    await expect(deliver(limits(1))).rejects.toThrow(/leads out of the workspace/)
    expect(await readFile(join(folder, 'outside'), 'utf8').catch(() => 'precious')).toBe('precious')
    expect((await readdir(folder)).filter((name) => name.includes('claude'))).toEqual([])
  })

  it.each(['.git/hooks', '.github/workflows', 'sub/.git'])(
    'does not follow one inside the workspace to where git or the runner would run what is written: %s',
    async (target) => {
      await mkdir(join(workspace, target), { recursive: true })
      await symlink(join(workspace, target), join(workspace, 'limits'))

      await expect(deliver(limits(1), { path: 'limits/x.json' })).rejects.toThrow(/would run what is written/)
      expect(await readdir(join(workspace, target))).toEqual([])
    },
  )

  it('follows one that stays inside, and one that leads to the workspace', async () => {
    await mkdir(join(workspace, 'config'))
    await symlink('config', join(workspace, '.github'))
    const linked = join(folder, 'linked')
    await symlink(workspace, linked)

    expect((await deliver(limits(1), { root: linked })).operation).toBe('written')
    expect(await readFile(join(workspace, 'config/claude-rate-limits.json'), 'utf8')).toBe(limits(1))
  })

  it('tells of a place that cannot be read or written, and leaves nothing beside it', async () => {
    await mkdir(join(workspace, 'folder.json'))
    await writeFile(join(workspace, 'file'), '')

    await expect(deliver(limits(1), { path: 'folder.json' })).rejects.toThrow(
      /folder\.json in the workspace cannot be read: EISDIR/,
    )
    await expect(deliver(limits(1), { path: 'file/below.json' })).rejects.toThrow(
      /below\.json in the workspace cannot be/,
    )
    await expect(writeWorkspace(workspace, [{ path: 'folder.json', text: '{}' }])).rejects.toThrow(/cannot be written/)
    expect(await readdir(workspace)).toEqual(['file', 'folder.json'])
  })

  it('says what is missing without a workspace', async () => {
    await expect(deliver(limits(1), { root: '' })).rejects.toThrow(/needs GITHUB_WORKSPACE/)
  })
})
