import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { KnownBlock } from '@slack/types'
import { highest } from '../src/tell/words/select.ts'
import { launch, PHONE, type View, withPage } from '../test/tell/browser.ts'
import { EXAMPLES, type ExampleName } from '../test/tell/examples.ts'
import { renderExample } from '../test/tell/renderings.ts'
import { slackPage } from './slack-page.ts'

/**
 * Takes pictures of the real renderings, with the browser of the rendering tests: the README's, of one example report in
 * light and dark; and into preview/, which git ignores, what a phone shows of days with more and fewer alerts.
 */

const README = 'docs/images'
const PREVIEW = 'preview/pictures'
const EXAMPLE = 'first-alert'
const ON_A_PHONE: ExampleName[] = ['quiet-day', 'first-alert', 'alerts-5', 'alerts-60', 'alerts-500', 'hostile-names']
const SCHEMES = ['light', 'dark'] as const
const GAP = 1

const browser = await launch()

/** The picture of a summary from its top to below the row that its headline speaks of; without one, the first screen. */
async function takeSummary(name: ExampleName, path: string, view: View): Promise<void> {
  const example = EXAMPLES[name]
  const { summary } = renderExample(example)
  const worst = 'report' in example ? highest(example.report) : undefined
  await withPage(
    browser,
    summary,
    async ({ page }) => {
      const article = await page.locator('article').boundingBox()
      if (!article) throw new Error('The summary has no page.')
      const row = page.locator('h4 + table tr', { hasText: worst?.scope.type === 'workspace' ? worst.scope.name : /%/ })
      const isPhone = view.width === PHONE.width
      const box = isPhone ? null : await row.first().boundingBox()
      if (!box && !isPhone) throw new Error('The row of the headline is not in the scorecard.')
      const bottom = box ? box.y + box.height + GAP : article.y + 2 * 844
      const clip = { ...article, height: Math.min(article.height, bottom - article.y) }
      await page.screenshot({ path, clip, fullPage: true })
    },
    view,
  )
}

async function takeSlack(name: ExampleName, path: string, view: View): Promise<void> {
  const { slack } = renderExample(EXAMPLES[name])
  const page = await browser.newPage({ viewport: { width: view.width, height: 100 }, colorScheme: view.colorScheme })
  await page.setContent(slackPage(slack.blocks as KnownBlock[]))
  await page.screenshot({ path, fullPage: true })
  await page.close()
}

await mkdir(README, { recursive: true })
await mkdir(PREVIEW, { recursive: true })
try {
  for (const colorScheme of SCHEMES) {
    const suffix = colorScheme === 'dark' ? '-dark' : ''
    await takeSummary(EXAMPLE, join(README, `summary${suffix}.png`), { width: 1_060, colorScheme })
    await takeSlack(EXAMPLE, join(README, `slack${suffix}.png`), { width: 768, colorScheme })
    for (const name of ON_A_PHONE) {
      const view = { ...PHONE, colorScheme }
      await takeSummary(name, join(PREVIEW, `${name}.summary.${colorScheme}.png`), view)
      await takeSlack(name, join(PREVIEW, `${name}.slack.${colorScheme}.png`), view)
    }
  }
} finally {
  await browser.close()
}
