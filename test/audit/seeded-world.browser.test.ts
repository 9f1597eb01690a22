import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exampleWorld, withLimitChange } from '../emulator/world/example.ts'
import { asRead, hasBrowser, launch, tableAfter, withPage } from '../tell/browser.ts'
import { type AuditRun, type Services, startServices } from './harness.ts'

/** What the seeded world's summary looks like where people read it. */
describe.skipIf(!hasBrowser)('the summary of the seeded world, in a browser', { timeout: 120_000 }, () => {
  let services: Services
  let run: AuditRun
  beforeAll(async () => {
    const world = exampleWorld({ today: '2026-11-23' })
    services = await startServices(world)
    await services.run()
    services.anthropic.world = withLimitChange(world)
    run = await services.run()
  }, 120_000)
  afterAll(() => services?.stop())

  test('shows the verdict, the tables, the charts, who drove the peaks and the drift with its consequence', async () => {
    expect(run.outputs).toMatchObject({ status: 'alert', drift: 'true', 'drift-count': '2' })
    const browser = await launch()
    try {
      await withPage(browser, run.summary, async ({ page, problems, requests }) => {
        const { verdicts } = run.report
        const alerts = verdicts.filter(({ band }) => band === 'alert')
        expect(asRead(await page.textContent('h2'))).toContain(`${alerts.length} limits at or over 75 %`)

        const organization = await tableAfter(page, 'Organization')
        const shown = organization.slice(1).map(([limit, , band]) => `${band} ${limit}`)
        expect(shown[0]).toBe('🔴 alert Claude Sonnet 5, output tokens/min')
        const workspaces = await tableAfter(page, 'Workspaces with limits of their own')
        expect(workspaces.slice(1).map(([name = '']) => name.split(':')[0])).toEqual(
          expect.arrayContaining(['production', 'support-bot', 'data-pipeline']),
        )

        const drift = await tableAfter(page, 'Limits that have changed')
        expect(drift.slice(1).map(([limit, change]) => `${limit}: ${change}`)).toEqual([
          'Claude Sonnet 5, output tokens/min: 2,000,000 → 1,000,000 (−50 %)',
          'Claude Opus 5.5, input tokens/min (cache reads free): 10,000,000 → 20,000,000 (+100 %)',
        ])

        const watched = verdicts.filter(({ band }) => band === 'alert' || band === 'watch').length
        const charts = page.locator('svg[aria-roledescription^="xychart"]')
        expect(await charts.count()).toBe(Math.min(watched, 12))
        expect(await charts.first().boundingBox()).toMatchObject({ height: expect.any(Number) })
        expect(await page.textContent('body')).toMatch(/Who drove it.*production|by API key: checkout/)
        expect(problems).toEqual([])
        expect(requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([])
      })
    } finally {
      await browser.close()
    }
  })
})
