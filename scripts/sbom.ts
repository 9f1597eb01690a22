import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * Prints the bill of materials of what users run, CycloneDX as npm writes it: the packages whose licences stand beside
 * the bundles, since those are in it. npm's own `--omit=dev` leaves out zod and yaml, which development tools ask for too.
 */

type Component = { 'bom-ref': string; purl: string }
type Bill = {
  metadata: { component: { 'bom-ref': string } }
  components: Component[]
  dependencies: { ref: string; dependsOn: string[] }[]
}

/** `name@version` of each package in the bundle, from the titles of its licence file. */
export function bundledPackages(licences: string): string[] {
  return [...licences.matchAll(/^(\S+) (\S+) \(.*\)\n-+$/gm)].map(([, name, version]) => `${name}@${version}`)
}

/** Those in the two bundles. */
export function bundledInAll(): string[] {
  const texts = ['dist/LICENSES.txt', 'dist/desk.LICENSES.txt'].map((path) => readFileSync(path, 'utf8'))
  return [...new Set(texts.flatMap(bundledPackages))]
}

/** The bill without what is not in the bundle. Throws when npm does not know a package that is. */
export function billOf(bill: Bill, bundled: readonly string[]): Bill {
  const nameOf = ({ purl }: Component) => decodeURIComponent(purl.replace('pkg:npm/', ''))
  const components = bill.components.filter((component) => bundled.includes(nameOf(component)))
  const missing = bundled.filter((name) => !components.some((component) => nameOf(component) === name))
  if (missing.length > 0) throw new Error(`npm sbom does not list what is in the bundle: ${missing.join(', ')}.`)
  const kept = new Set([bill.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])])
  const dependencies = bill.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((name) => kept.has(name)) }))
  return { ...bill, components, dependencies }
}

if (import.meta.main) {
  const whole = execFileSync(
    'npm',
    ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'],
    {
      encoding: 'utf8',
      maxBuffer: 64_000_000,
      shell: process.platform === 'win32', // npm is a script there
    },
  )
  const bill = billOf(JSON.parse(whole), bundledInAll())
  console.log(JSON.stringify(bill, null, 2))
}
