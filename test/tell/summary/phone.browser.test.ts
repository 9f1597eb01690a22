import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderSummary } from '../../../src/tell/summary/summary.ts'
import { hasBrowser, launch, PHONE, withPage } from '../browser.ts'
import { EXAMPLES, type ExampleName, LINKS } from '../examples.ts'

/** What is on the screen of a phone without a touch, and what is readable in the dark. */

// Scripts of the page are text here: this project has no types of a browser.

/** The right edge of the second cell of every row of the scorecard that is not folded away. */
const figuresOf = (page: Page) =>
  page.evaluate<{ text: string; right: number }[]>(`
    [...document.querySelectorAll('h4')]
      .filter((heading) => /^(Organization|Workspaces)/.test(heading.textContent))
      .flatMap((heading) => [...(heading.nextElementSibling?.querySelectorAll('tbody td:nth-child(2)') ?? [])])
      .map((cell) => {
        const range = document.createRange()
        range.selectNodeContents(cell)
        return { text: cell.textContent, right: range.getBoundingClientRect().right }
      })
  `)

/** Headings in which a percent sign stands on another line than the last digit before it. */
const tornHeadings = (page: Page) =>
  page.evaluate<string[]>(`
    [...document.querySelectorAll('h2, h3, h4')].flatMap((heading) => {
      const walker = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT)
      const torn = []
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (const match of node.textContent.matchAll(/\\d\\s%/g)) {
          const range = document.createRange()
          range.setStart(node, match.index)
          range.setEnd(node, match.index + match[0].length)
          const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)))
          if (lines.size > 1) torn.push(node.textContent)
        }
      }
      return torn
    })
  `)

type Look = { bars: number; page: string; title: string }
const lookOf = (page: Page) =>
  page.evaluate<Look>(`({
    bars: document.querySelectorAll('.chart svg')[0].querySelectorAll('rect[fill="#4c8dd6"]').length,
    page: getComputedStyle(document.querySelector('article')).backgroundColor,
    title: document.querySelector('.chart svg .chart-title text').getAttribute('fill'),
  })`)

describe.skipIf(!hasBrowser)('on a phone', { timeout: 120_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  test.each<ExampleName>(['first-alert', 'alerts-5', 'alerts-60', 'hostile-names'])(
    'the figure of every row of %s is on the screen, and no heading is torn before its percent sign',
    async (name) => {
      const example = EXAMPLES[name]
      if (!('report' in example)) throw new Error(`${name} has no report`)
      const { report } = example
      // The charts take a browser seconds, and are no part of this.
      const summary = renderSummary({ ...report, groups: [] }, LINKS, null).replaceAll(/```mermaid[\s\S]*?```/g, '')
      await withPage(
        browser,
        summary,
        async ({ page, problems }) => {
          const figures = await figuresOf(page)
          expect(figures.length).toBeGreaterThan(0)
          expect(figures.filter(({ right }) => right > PHONE.width)).toEqual([])
          expect(await tornHeadings(page)).toEqual([])
          expect(problems).toEqual([])
        },
        PHONE,
      )
    },
  )

  test('in the dark a chart is as large and as full as in the light, on a dark page', async () => {
    const { report, snapshot } = EXAMPLES['first-alert']
    const shown = (colorScheme: 'light' | 'dark') =>
      withPage(
        browser,
        renderSummary(report, LINKS, snapshot),
        async ({ page, problems }) => {
          expect(problems).toEqual([])
          return lookOf(page)
        },
        { ...PHONE, colorScheme },
      )
    const light = await shown('light')
    const dark = await shown('dark')
    expect(dark.bars).toBe(24)
    expect(dark.bars).toBe(light.bars)
    expect(dark.page).not.toBe(light.page)
    expect(dark.title).not.toBe(light.title)
  })
})
