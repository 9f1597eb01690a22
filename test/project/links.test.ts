import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectFiles } from './yaml-blocks.ts'

const read = (path: string) => readFileSync(path, 'utf8')
const pages = projectFiles('*.md')
const withoutCode = (text: string) => text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').replaceAll(/`[^`\n]*`/g, '')

/** The anchor GitHub gives a heading. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

const anchors = (path: string) =>
  [
    ...read(path)
      .replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
      .matchAll(/^#+ (.+)$/gm),
  ].map((match) => anchor(match[1] ?? ''))

function links(path: string): string[] {
  const text = withoutCode(read(path))
  return [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? match[2] ?? '')
}

describe('Links', () => {
  test('there are pages, and they link to each other', () => {
    expect(pages).toContain('README.md')
    expect(pages.flatMap(links).length).toBeGreaterThan(30)
  })

  test.each(pages)('%s: every link inside the repository leads somewhere', (page) => {
    const broken = links(page)
      .filter((link) => !/^[a-z]+:/.test(link) && !link.startsWith('../blob/'))
      .filter((link) => {
        const [file = '', fragment] = link.split('#')
        const target = file ? normalize(join(dirname(page), file)) : page
        if (!existsSync(target)) return true
        return fragment !== undefined && !anchors(target).includes(fragment)
      })
    expect(broken).toEqual([])
  })

  test('the map of CONTRIBUTING shows every room of src, and no other', () => {
    const rooms = new Set(projectFiles('src/*/**').map((path) => `${dirname(path).split('/').slice(0, 2).join('/')}/`))
    const shown = new Set([...read('CONTRIBUTING.md').matchAll(/`(src\/[\w-]+\/)`/g)].map((match) => match[1]))
    expect([...shown].sort()).toEqual([...rooms].sort())
  })

  test('the map of CONTRIBUTING shows every file beside the rooms, and no other', () => {
    const shown = [...read('CONTRIBUTING.md').matchAll(/`(src\/[\w-]+\.ts)`/g)].map((match) => match[1])
    expect([...new Set(shown)].sort()).toEqual(projectFiles('src/*.ts').filter((path) => path.split('/').length === 2))
  })

  test.each(pages.filter((page) => page.startsWith('docs/')))('%s can be reached from the README', (page) => {
    const seen = new Set(['README.md'])
    for (const from of seen) {
      for (const link of links(from)) {
        const target = normalize(join(dirname(from), link.split('#')[0] ?? ''))
        if (pages.includes(target)) seen.add(target)
      }
    }
    expect([...seen]).toContain(page)
  })
})

/** Each command a page shows, and what proves that it works: a file that runs it, and the words with which it does. */
const PROVEN_BY: Record<string, [file: string, words: string]> = {
  'npm start': ['.github/workflows/ci.yml', 'run: npm start'],
  'npm cit': ['.ci/run', 'npm cit'],
  'npm test': ['.ci/run', 'npm cit'],
  'npm run unit': ['package.json', '"unit": "vitest run'],
  'npm run end-to-end': ['package.json', '"end-to-end": "vitest run'],
  'npm run lint': ['package.json', '"test": "npm run lint && npm run types && vitest run"'],
  'npm run types': ['package.json', '"test": "npm run lint && npm run types && vitest run"'],
  'npm run audit': ['test/end-to-end/package.test.ts', 'manifest.scripts.audit'],
  'npm run format': ['package.json', '"format": "biome check --write ."'],
  'npm run bundle': ['.github/workflows/ci.yml', 'run: npm run bundle'],
  'npm run docs': ['test/project/parity.test.ts', 'generatedFiles()'],
  'npm run schemas': ['test/project/schemas.test.ts', 'schemaFiles'],
  'npm run preview': ['.github/workflows/ci.yml', 'run: npm run preview'],
  'npm run pictures': ['.github/workflows/ci.yml', 'run: npm run pictures'],
  'npm run bench': ['test/bench/frugal.test.ts', '../../bench/'],
  'npm run bench:log': ['test/bench/log-memory.test.ts', '../../bench/headers-log.ts'],
  'npm run mutate': ['.github/workflows/mutation.yml', 'run: npm run mutate'],
  'npm run emulator': ['.github/workflows/ci.yml', 'npm run emulator'],
}

describe('Commands', () => {
  const shown = pages
    .flatMap((page) =>
      [...read(page).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap((match) => (match[1] ?? '').split('\n')),
    )
    .map((line) => line.replace(/\s+#.*$/, '').trim())

  const npm = [...new Set(shown.filter((line) => line.startsWith('npm ')))]
  const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts

  test('are the two at the top of the README, first of all', () => {
    expect(shown.length).toBeGreaterThan(5)
    expect(
      read('README.md')
        .match(/^npm .*/gm)
        ?.slice(0, 2),
    ).toEqual([expect.stringMatching(/^npm start /), expect.stringMatching(/^npm cit /)])
  })

  test.each(npm)('%s is a script of this project, and something runs it', (command) => {
    const script = command === 'npm cit' ? 'test' : command.replace(/^npm (run )?/, '')
    expect(scripts).toHaveProperty([script])
    const [file, words] = PROVEN_BY[command] ?? []
    expect(file, 'add it to PROVEN_BY').toBeDefined()
    expect(read(file ?? '').includes(words ?? ''), `${file} runs it: ${words}`).toBe(true)
  })

  test('name test files that exist', () => {
    const paths = shown.filter((line) => line.startsWith('npx vitest run ')).map((line) => line.split(' ')[3] ?? '')
    expect(paths.length).toBeGreaterThan(0)
    expect(paths.filter((path) => !existsSync(path))).toEqual([])
  })
})
