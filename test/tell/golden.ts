import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const FOLDER = new URL('./golden/', import.meta.url)

/**
 * Compares a text with `golden/NAME`. A missing file fails the test like a different one:
 * `UPDATE_GOLDEN=1 npx vitest run test/tell` writes them all, and git shows what has changed.
 */
export async function expectGolden(name: string, text: string): Promise<void> {
  const path = fileURLToPath(new URL(name, FOLDER))
  if (process.env.UPDATE_GOLDEN) {
    await mkdir(FOLDER, { recursive: true })
    writeFileSync(path, text)
  }
  expect(existsSync(path), `${name} is missing: UPDATE_GOLDEN=1 writes it`).toBe(true)
  expect(text).toBe(readFileSync(path, 'utf8'))
}
