import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { renderPage } from './page.ts'

const CHROMIUM = '/usr/bin/chromium'

/** Debian's Chromium; where it is missing the tests that look at a page are skipped, which is not the same as passed. */
export const hasBrowser = existsSync(CHROMIUM)

/** Headless, with everything off that would look for a network. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** What went on in a page: anything but silence is a defect. */
export type Seen = { page: Page; problems: string[]; requests: string[] }

/** How somebody looks at a page: pixels of its width, and the colours of the system. */
export type View = { width: number; colorScheme: 'light' | 'dark' }
export const DESK: View = { width: 1280, colorScheme: 'light' }
export const PHONE: View = { width: 390, colorScheme: 'light' }

/** Shows Markdown as GitHub does, waits until its charts are drawn, and hands the page to `look`. */
export async function withPage<T>(
  browser: Browser,
  markdown: string,
  look: (seen: Seen) => Promise<T>,
  { width, colorScheme }: View = DESK,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'summary-'))
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
  const seen: Seen = { page, problems: [], requests: [] }
  page.on('pageerror', (error) => seen.problems.push(error.message))
  page.on('dialog', (dialog) => {
    seen.problems.push(`dialog: ${dialog.message()}`)
    return dialog.dismiss()
  })
  page.on('request', (request) => seen.requests.push(request.url()))
  try {
    const file = join(folder, 'page.html')
    await writeFile(file, await renderPage(markdown, 'Job summary'))
    await page.goto(pathToFileURL(file).href)
    await page.waitForSelector('html[data-drawn], html[data-failed]', { state: 'attached' })
    const failed = await page.getAttribute('html', 'data-failed')
    if (failed !== null) seen.problems.push(failed)
    return await look(seen)
  } finally {
    await page.close()
    await rm(folder, { recursive: true })
  }
}

/** The first table after a heading (null: of the page) as rows of texts, the head first. */
export async function tableAfter(page: Page, heading: string | null): Promise<string[][]> {
  const after = heading === null ? '//body' : `//*[self::h3 or self::h4][.="${heading}"]`
  // All of it in one question to the browser: a question a row takes seconds.
  const rows = await page
    .locator(`xpath=(${after}/${heading === null ? 'descendant' : 'following'}::table)[1]//tr`)
    .evaluateAll((found) => found.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent)))
  return rows.map((row) => row.map(asRead))
}

/** Blanks that do not break are blanks to a reader, and what has no width is nothing. */
export function asRead(text: string | null): string {
  return (text ?? '').replaceAll('\u00a0', ' ').replaceAll('\u200b', '')
}
