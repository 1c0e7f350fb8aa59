/** What a newcomer does: `npm start`, then the page, then the commands that it names. */
import type { Browser } from 'playwright-core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { useStage } from '../interop/process.ts'
import { hasChromium, openChromium } from './support/chromium.ts'
import { heardSeconds, tapLoudspeaker } from './support/loudspeaker.ts'
import { DemoPage } from './support/page.ts'

const patient = { timeout: 30_000, interval: 100 }

describe.runIf(hasChromium)('npm start', () => {
  const stage = useStage()
  let browser: Browser

  afterEach(() => browser?.close())

  it('names a page that plays the voice, and a command that does, and ends at Ctrl-C', async () => {
    const started = stage.script('scripts/start.mjs')
    const said = (pattern: RegExp) =>
      started.until(String(pattern), () => pattern.exec(started.stdout)?.[1], 60_000)
    const http = await said(/The page +(http\S+)/)
    const command = await said(/npx hopcast (listen demo --play .*)/)
    await said(/("demo" on air)/)

    browser = await openChromium()
    const demo = await DemoPage.open(browser, { http }, { prepare: tapLoudspeaker })
    await demo.listen.click()
    await vi.waitFor(async () => expect(await heardSeconds(demo.page)).toBeGreaterThan(2), patient)
    expect(await demo.said()).toMatch(/^Playing demo/)
    await vi.waitFor(async () => expect(await demo.figure('frames-received')).toBeGreaterThan(100), patient)
    expect(demo.complaints).toEqual([])

    // The machine that tests has no loudspeaker.
    const listen = command.split(' ').filter(word => word !== '--play')
    const summary = await stage.start([...listen, '--duration', '4', '--json']).line('summary')
    expect(summary.frames).toBeGreaterThan(50)
    expect(summary.lost).toBe(0)

    expect(await started.end('SIGINT')).toEqual({ code: 0, signal: null })
  }, 120_000)
})
