import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { billOf, bundledInAll, bundledPackages } from '../../scripts/sbom.ts'

const licences =
  'zod 4.6.7 (MIT)\n---------------\nMIT License\n\n@actions/core 3.0.1 (MIT)\n-------------------------\nMIT\n'
const component = (name: string) => ({ 'bom-ref': name, purl: `pkg:npm/${name.replace('@', '%40')}` })
const whole = {
  metadata: { component: { 'bom-ref': 'root' } },
  components: ['zod@4.6.7', '@actions/core@3.0.1', 'vitest@5.1.1'].map((name) => component(name)),
  dependencies: [
    { ref: 'root', dependsOn: ['zod@4.6.7', 'vitest@5.1.1'] },
    { ref: 'vitest@5.1.1', dependsOn: [] },
  ],
}

describe('The bill of materials', () => {
  test('reads the packages from the titles of the licence file', () => {
    expect(bundledPackages(licences)).toEqual(['zod@4.6.7', '@actions/core@3.0.1'])
  })

  test('keeps what is in the bundle, and no development tool', () => {
    const bill = billOf(whole, bundledPackages(licences))
    expect(bill.components.map((kept) => kept['bom-ref'])).toEqual(['zod@4.6.7', '@actions/core@3.0.1'])
    expect(bill.dependencies).toEqual([{ ref: 'root', dependsOn: ['zod@4.6.7'] }])
  })

  test('refuses to be silent about a package that npm does not list', () => {
    expect(() => billOf(whole, ['left-pad@1.0.0'])).toThrow(/left-pad@1\.0\.0/)
  })

  test('of the committed bundle lists each package it was built from', () => {
    const bundled = bundledInAll()
    const bill = JSON.parse(
      execFileSync(process.execPath, ['scripts/sbom.ts'], { encoding: 'utf8', maxBuffer: 64_000_000 }),
    )
    expect(bundled.map((name) => name.replace(/@[^@]*$/, ''))).toEqual(expect.arrayContaining(['undici', 'zod']))
    expect(new Set(bill.components.map((kept: { purl: string }) => decodeURIComponent(kept.purl).slice(8)))).toEqual(
      new Set(bundled),
    )
  })
})
