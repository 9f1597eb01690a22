import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findLogFiles } from '../../../src/collect/headers-log/files.ts'

let folder: string
let workspace: string
let temp: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headers-log-'))
  workspace = join(folder, 'workspace')
  temp = join(folder, 'temp')
  await Promise.all([workspace, temp, join(workspace, 'logs')].map((path) => mkdir(path, { recursive: true })))
})
afterEach(() => rm(folder, { recursive: true }))

const write = (...parts: string[]) => writeFile(join(folder, ...parts), 'x')
const find = async (pattern: string) => {
  const { files, dangling } = await findLogFiles(pattern, [workspace, temp])
  return { names: files.map(({ name }) => name), dangling }
}

describe('the files of a log', () => {
  test('are all that the pattern names, in the order of their names, without folders', async () => {
    await write('workspace', 'b.jsonl')
    await write('workspace', 'a.jsonl')
    await mkdir(join(workspace, 'c.jsonl'))
    expect(await find('*.jsonl')).toEqual({ names: ['a.jsonl', 'b.jsonl'], dangling: [] })
  })

  test('may be one path, absolute or not, in the workspace or in the runner’s temporary folder', async () => {
    await write('workspace', 'logs', 'a.jsonl')
    await write('temp', 'b.jsonl')
    expect((await find('logs/a.jsonl')).names).toEqual(['logs/a.jsonl'])
    expect((await find(join(workspace, 'logs', 'a.jsonl'))).names).toHaveLength(1)
    expect((await find(join(temp, '*.jsonl'))).names).toHaveLength(1)
  })

  test('are each read once, however many links lead to them', async () => {
    await write('workspace', 'a.jsonl')
    await symlink(join(workspace, 'a.jsonl'), join(workspace, 'current.jsonl'))
    expect((await find('*.jsonl')).names).toEqual(['a.jsonl'])
  })

  test('do not fail for a link that leads nowhere, nor for a loop: they are named', async () => {
    await write('workspace', 'a.jsonl')
    await symlink(join(workspace, 'gone'), join(workspace, 'b.jsonl'))
    await symlink(join(workspace, 'c.jsonl'), join(workspace, 'c.jsonl'))
    expect(await find('*.jsonl')).toEqual({ names: ['a.jsonl'], dangling: ['b.jsonl', 'c.jsonl'] })
    await expect(find('b.jsonl')).rejects.toThrow(/no file matches b\.jsonl in .*a link that leads nowhere, b\.jsonl/)
  })

  test.each([
    ['a link to a file outside', 'link.jsonl'],
    ['a link to a folder outside', 'away/secret.jsonl'],
    ['a path upwards', '../secret.jsonl'],
  ])('are refused by where they really lie: %s', async (_, pattern) => {
    await write('secret.jsonl')
    await symlink(join(folder, 'secret.jsonl'), join(workspace, 'link.jsonl'))
    await symlink(folder, join(workspace, 'away'))
    await expect(find(pattern)).rejects.toThrow(/leads out of the workspace, to .*\/secret\.jsonl/)
  })

  test('that do not exist are no empty log', async () => {
    await expect(find('*.jsonl')).rejects.toThrow('no file matches *.jsonl')
  })
})
