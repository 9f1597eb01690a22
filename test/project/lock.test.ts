import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { projectFiles } from './yaml-blocks.ts'

type Entry = {
  version?: string
  resolved?: string
  integrity?: string
  dev?: boolean
  optional?: boolean
  devOptional?: boolean
  hasInstallScript?: boolean
  optionalDependencies?: Record<string, string>
}
type Lock = { packages: Record<string, Entry> }
type Manifest = { devDependencies: Record<string, string>; optionalDependencies: Record<string, string> }

const text = readFileSync('package-lock.json', 'utf8')
const { packages }: Lock = JSON.parse(text)
const { devDependencies }: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))
/** The package that has the project's own Node: a folder here, so that it comes from no registry. */
const OWN_NODE = 'scripts/own-node'
const { optionalDependencies }: Manifest = JSON.parse(readFileSync(`${OWN_NODE}/package.json`, 'utf8'))
const { '': _root, [OWN_NODE]: _folder, 'node_modules/own-node': link, ...installed } = packages

describe('The lock file', () => {
  test('names no registry: it installs from whichever one the machine uses', () => {
    expect(link).toEqual({ resolved: OWN_NODE, link: true })
    expect(Object.values(installed).filter(({ resolved }) => resolved !== undefined)).toEqual([])
  })

  test('pins the content of every package', () => {
    const loose = Object.entries(installed).filter(([, entry]) => !entry.integrity?.startsWith('sha512-'))
    expect(loose.map(([path]) => path)).toEqual([])
  })

  // npm leaves out a platform build that its registry lacks, and then refuses its own lock file on a clean install.
  test('holds every optional dependency that its packages name', () => {
    const missing = Object.entries(packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {})
        .filter((name) => !isFound(path, name))
        .map((name) => `${path || 'the root'} → ${name}`),
    )
    expect(missing).toEqual([])
  })

  test('runs no install script of anything, here or in the action, and npm refuses to', () => {
    const scripts = Object.entries(installed).filter(([, entry]) => entry.hasInstallScript)
    expect(scripts.map(([path]) => path)).toEqual([])
    expect(readFileSync('.npmrc', 'utf8')).toMatch(/^strict-allow-scripts=true$/m)
  })
})

/** As Node looks a package up: beside, then in each folder above. */
function isFound(from: string, name: string): boolean {
  const folders = from.split('/node_modules/')
  return (
    folders.some((_, index) => {
      const folder = folders.slice(0, folders.length - index).join('/node_modules/')
      return `${folder ? `${folder}/` : ''}node_modules/${name}` in packages
    }) || `node_modules/${name}` in packages
  )
}

describe('The project', () => {
  test('asks for exact versions only', () => {
    const ranges = Object.entries({ ...devDependencies, ...optionalDependencies })
      .filter(([name]) => name !== 'own-node')
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    expect(ranges).toEqual([])
  })

  test('mentions no package registry in any file', () => {
    // Put together here, so that this file is not the one that mentions them.
    const hosts = ['npmjs', 'yarnpkg', 'pypi'].map((name) => new RegExp(`registry\\.${name}|${name}\\.(org|com)`, 'i'))
    const naming = projectFiles()
      .filter((path) => !path.startsWith('dist/'))
      .filter((path) => hosts.some((host) => host.test(readFileSync(path, 'utf8'))))
    expect(naming).toEqual([])
  })
})
