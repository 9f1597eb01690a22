import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type OutputOptions, rolldown } from 'rolldown'
import { expect, test } from 'vitest'
import config from '../../rolldown.config.ts'

const DIST = fileURLToPath(new URL('../../dist', import.meta.url))

test('dist is a fresh build of src, byte for byte, and holds nothing else', async () => {
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const fresh = new Map<string, string>()
  for (const { output: outputOptions, ...inputOptions } of config) {
    const bundle = await rolldown({ ...inputOptions, cwd })
    const { output } = await bundle.generate(outputOptions as OutputOptions)
    for (const file of output) fresh.set(file.fileName, file.type === 'chunk' ? file.code : String(file.source))
  }
  expect((await readdir(DIST)).sort()).toEqual([...fresh.keys()].sort())
  for (const [name, text] of fresh) {
    const committed = await readFile(`${DIST}/${name}`, 'utf8')
    // Not toEqual: a diff of two megabytes helps nobody.
    expect(committed === text, `dist/${name} is stale: run "npm run bundle" and commit it`).toBe(true)
  }
})
