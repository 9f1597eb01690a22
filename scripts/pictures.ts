import { mkdir } from 'node:fs/promises'
import type { KnownBlock } from '@slack/types'
import { launch, withPage } from '../test/tell/browser.ts'
import { EXAMPLES } from '../test/tell/examples.ts'
import { renderExample } from '../test/tell/renderings.ts'

/** Takes the README's pictures, of the real renderings of one example report, with the browser of the rendering tests. */

const FOLDER = 'docs/images'
const EXAMPLE = EXAMPLES['first-alert']
/** As much of the summary as a reader sees without scrolling. */
const SUMMARY_HEIGHT = 1_000

/** mrkdwn as far as our messages use it; its `&`, `<` and `>` are escaped already, as Slack wants them. */
const html = (mrkdwn: string) =>
  mrkdwn
    .replaceAll(/<(https?:[^|>]+)\|([^>]+)>/g, '<a href="$1">$2</a>')
    .replaceAll(/\*([^*\n]+)\*/g, '<b>$1</b>')
    .replaceAll('\n', '<br>')

function blockHtml(block: KnownBlock): string {
  switch (block.type) {
    case 'header':
      return `<h1>${block.text.text}</h1>`
    case 'section':
      return `<p>${html(block.text?.text ?? '')}</p>`
    case 'context':
      return `<small>${block.elements.map((element) => ('text' in element ? html(element.text) : '')).join(' ')}</small>`
    case 'actions':
      return `<div>${block.elements.map((element) => (element.type === 'button' ? `<span>${element.text.text}</span>` : '')).join('')}</div>`
    default:
      return ''
  }
}

const slackPage = (blocks: readonly KnownBlock[]) => `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 20px 24px; width: 720px; font: 15px/1.46 Lato, 'Liberation Sans', Arial, sans-serif; color: #1d1c1d; }
h1 { font-size: 18px; margin: 0 0 4px } small { color: #616061; font-size: 13px } p { margin: 10px 0 }
div { margin-top: 12px } span { display: inline-block; border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px; margin-right: 8px; font-weight: 700; font-size: 13px }
</style>${blocks.map(blockHtml).join('\n')}`

const { slack, summary } = renderExample(EXAMPLE)
await mkdir(FOLDER, { recursive: true })
const browser = await launch()
try {
  await withPage(browser, summary, async ({ page: rendered }) => {
    const box = await rendered.locator('article').boundingBox()
    if (!box) throw new Error('The summary has no page.')
    const clip = { ...box, height: Math.min(box.height, SUMMARY_HEIGHT) }
    await rendered.screenshot({ path: `${FOLDER}/summary.png`, clip, fullPage: true })
  })
  const page = await browser.newPage({ viewport: { width: 768, height: 100 } })
  await page.setContent(slackPage(slack.blocks as KnownBlock[]))
  await page.screenshot({ path: `${FOLDER}/slack.png`, fullPage: true })
} finally {
  await browser.close()
}
