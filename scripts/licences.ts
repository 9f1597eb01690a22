import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin } from 'rolldown'
import { compareText } from '../src/vocabulary/order.ts'

/** Rolldown plugin: writes a file beside the bundle, with the licence of every package that is in it. */
export function licences(fileName: string): Plugin {
  return {
    name: 'licences',
    generateBundle(_options, bundle) {
      const folders = new Set<string>()
      for (const output of Object.values(bundle)) {
        for (const id of output.type === 'chunk' ? output.moduleIds : []) {
          const folder = packageFolder(id.replaceAll('\\', '/'))
          if (folder) folders.add(folder)
        }
      }
      const texts = [...folders].map(licenceOf).sort((a, b) => compareText(a.title, b.title))
      const source = texts.map(({ title, text }) => `${title}\n${'-'.repeat(title.length)}\n${text}\n`).join('\n')
      this.emitFile({ type: 'asset', fileName, source })
    },
  }
}

function packageFolder(id: string): string | undefined {
  return /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]
}

function licenceOf(folder: string): { title: string; text: string } {
  let root = folder
  while (!existsSync(join(root, 'package.json'))) root = dirname(root)
  const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const file = readdirSync(root).find((entry) => /^licen[cs]e([.-]|$)/i.test(entry))
  if (!file) throw new Error(`${name} ${version} has no licence file: it cannot be bundled without its terms.`)
  const text = readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n').trim()
  return { title: `${name} ${version} (${license})`, text }
}
