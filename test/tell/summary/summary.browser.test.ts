import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderPullRequest } from '../../../src/tell/pull-request/pull-request.ts'
import { renderSummary } from '../../../src/tell/summary/summary.ts'
import { asRead, hasBrowser, launch, tableAfter, withPage } from '../browser.ts'
import { EXAMPLES, HOSTILE_NAME, HOSTILE_NAME_TOO, LINKS } from '../examples.ts'

/** As it is shown: the line break as a mark. */
const SHOWN = HOSTILE_NAME.replace('\n', '↵')

const attributes = (elements: Locator, name: string): Promise<string[]> =>
  elements.evaluateAll((found, wanted) => found.map((element) => element.getAttribute(wanted) ?? ''), name)

/** Where a path begins, from the top. */
const startOf = (path: string) => Number(/^M[^,]+,([\d.]+)/.exec(path)?.[1])

// Starting a browser and drawing charts takes seconds, on a busy machine many.
describe.skipIf(!hasBrowser)('in a browser', { timeout: 120_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  test('the summary of an alert shows verdict, scorecard, chart and what to do', async () => {
    const { report, snapshot } = EXAMPLES['first-alert']
    await withPage(browser, renderSummary(report, LINKS, snapshot), async ({ page, problems, requests }) => {
      expect(asRead(await page.textContent('h2'))).toBe(
        '🔴 Claude rate limits: 2 limits at or over 75 %, highest 104 %',
      )
      const organization = await tableAfter(page, 'Organization')
      expect(organization[0]).toEqual(['Limit', 'Used', 'Band', 'Peak', 'Of', 'When (UTC)', 'Headroom', 'Day before'])
      expect(organization[1]).toEqual([
        'Claude Opus 4.x, input tokens/min (cache reads free)',
        '████████░░ 83 %',
        '🔴 alert',
        '1,660,000',
        '2,000,000',
        '14:05',
        '17 %',
        '62 %, new',
      ])
      expect(organization[2]?.slice(0, 3)).toEqual([
        'Claude Sonnet 4.x, input tokens/min (cache reads free)',
        '███████░░░ 74.96 %',
        '🟡 watch',
      ])
      expect(organization).toHaveLength(11)
      const production = await tableAfter(page, 'Workspaces with limits of their own')
      expect(production[1]).toEqual([
        'production: Claude Opus 4.x, requests/min',
        '██████████ 104 %',
        '🔴 alert',
        '1,040',
        '1,000',
        '14:05',
        '−4 %',
        '83 %, worse',
      ])
      expect(await page.locator('h3').allTextContents()).toEqual([
        'What to do first',
        'Scorecard',
        'Peaks',
        'What binds in each group',
        'Limits since the committed snapshot',
        'Findings',
        'Not measured',
        'Where the figures come from',
      ])
      const text = asRead(await page.textContent('article'))
      expect(text).toContain('by workspace: production 71 % and Default 20 %')
      expect(text).toContain('The busiest 60 seconds lie between that and 2,010,000 (100.5 %)')
      expect(text).not.toMatch(/\*\*|&nbsp;|&#|<details|\| ---/)
      const notMeasured = await tableAfter(page, 'Not measured')
      expect(notMeasured.at(-1)?.slice(0, 2)).toEqual(['Managed Agents, read endpoints', '1,200 requests/min'])
      expect(notMeasured.at(-1)?.[2]).toContain('As documented, not measured')
      expect(problems).toEqual([])
      expect(requests.every((url) => url.startsWith('file:'))).toBe(true)
    })
  })

  test('a chart has a bar an hour, the limit above them, and the alert line', async () => {
    const { report, snapshot } = EXAMPLES['first-alert']
    await withPage(browser, renderSummary(report, LINKS, snapshot), async ({ page }) => {
      const charts = page.locator('.chart svg')
      expect(await charts.count()).toBe(3)
      const chart = charts.nth(1)
      expect(await chart.textContent()).toContain('Largest minute of each hour, in % of the limit of 2,000,000')
      const bars = (await attributes(chart.locator('rect[fill="#4c8dd6"]'), 'y')).map(Number)
      const [limit = Number.NaN] = (await attributes(chart.locator('path[stroke="#d1242f"]'), 'd')).map(startOf)
      const [alert = Number.NaN] = (await attributes(chart.locator('path[stroke="#d4a72c"]'), 'd')).map(startOf)
      expect(bars).toHaveLength(24)
      // Heights on the page are the figures: between the limit and the alert line lie 25 %, and the peak is at 83 %.
      const shown = (y: number) => 100 - ((y - limit) / (alert - limit)) * 25
      expect(shown(Math.min(...bars))).toBeCloseTo(83, 1)
      expect(bars.indexOf(Math.min(...bars))).toBe(14)
    })
  })

  test('what is folded away opens', async () => {
    const { report, snapshot } = EXAMPLES['quiet-day']
    await withPage(browser, renderSummary(report, LINKS, snapshot), async ({ page }) => {
      const folded = page.locator('details', { hasText: 'not measured, and two known from the documentation only' })
      expect(await folded.locator('table').isVisible()).toBe(false)
      await folded.locator('summary').click()
      expect(await folded.locator('table').isVisible()).toBe(true)
      expect(await folded.locator('tr').count()).toBe(6)
    })
  })

  test('hostile names show as their characters, and nothing links, mentions or runs', async () => {
    const { report, snapshot } = EXAMPLES['hostile-names']
    const { body } = renderPullRequest(report, LINKS, { files: 'snapshot', renames: [], sinceUpdate: '' })
    for (const markdown of [renderSummary(report, LINKS, snapshot), body]) {
      await withPage(browser, markdown, async ({ page, problems }) => {
        const text = asRead(await page.textContent('article'))
        expect(text).toContain(SHOWN)
        expect(text).toContain(HOSTILE_NAME_TOO.slice(0, 90))
        const targets = await page
          .locator('article a')
          .evaluateAll((links) => links.map((link) => link.getAttribute('href')))
        expect(new Set(targets)).toEqual(new Set([LINKS.run, LINKS.usage, LINKS.limits, LINKS.runbook]))
        expect(await page.locator('article script, article img, article em, article del, article h1').count()).toBe(0)
        expect(problems).toEqual([])
      })
    }
  })

  test('the pull request shows what each change does, the most serious first', async () => {
    const { title, body } = renderPullRequest(EXAMPLES.drift.report, LINKS, {
      files: 'snapshot',
      renames: [],
      sinceUpdate: '',
    })
    expect(title).toContain('Claude Opus 4.x, output tokens/min: 800,000 → 400,000 (−50 %), and 5 more changes')
    await withPage(browser, body, async ({ page }) => {
      const rows = (await tableAfter(page, null)).slice(1)
      expect(rows[0]).toEqual([
        'Claude Opus 4.x, output tokens/min',
        '800,000 → 400,000 (−50 %)',
        "The day's peak: 348,000 of 800,000 (43.5 %) → 310,000 of 400,000 (77.5 %): over the alert line. By the old limit, the move alone would make it 38.8 %.",
      ])
      expect(rows).toHaveLength(6)
      expect(await page.textContent('h3')).toBe('What approving means')
      expect(await page.textContent('article')).not.toContain('claude-rate-limit-audit')
    })
  })

  test('fifty alerts are a page with the worst twelve charts', async () => {
    const { report, snapshot } = EXAMPLES['alerts-50']
    await withPage(browser, renderSummary(report, LINKS, snapshot), async ({ page, problems }) => {
      expect(asRead(await page.textContent('h2'))).toContain('50 limits at or over 75 %')
      expect(await page.locator('.chart svg').count()).toBe(12)
      expect(problems).toEqual([])
    })
  })
})
