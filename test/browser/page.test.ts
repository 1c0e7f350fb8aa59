/** The page itself: by keyboard alone, on small and large screens, in light and dark, and when something is wrong. */
import type { Browser } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { freePort, type Relay, useStage } from '../interop/process.ts'
import { hasChromium, openChromium } from './support/chromium.ts'
import { DemoPage } from './support/page.ts'
import { startAt, startRelay } from './support/relays.ts'

const patient = { timeout: 30_000, interval: 100 }

describe.runIf(hasChromium)('the page', () => {
  const stage = useStage()
  let relay: Relay
  let browser: Browser

  beforeEach(async () => {
    relay = await startRelay(stage)
    startAt(stage, relay, 'publish', 'demo', '--tone', '440')
    browser = await openChromium()
  })

  afterEach(() => browser?.close())

  it('is used with the keyboard alone', async () => {
    const demo = await DemoPage.open(browser, relay)
    const { keyboard } = demo.page
    const focused = () => demo.page.evaluate(() => document.activeElement?.id)
    await vi.waitFor(async () => expect(await demo.figure('peer-count')).toBe(1), patient)
    const reached: (string | undefined)[] = []
    for (let i = 0; i < 4; i++) {
      await keyboard.press('Tab')
      reached.push(await focused())
    }
    // The first is the name of the site.
    expect(reached.slice(1)).toEqual(['channel', 'listen', 'publish'])
    await keyboard.press('Shift+Tab')
    await keyboard.press('Enter')
    await vi.waitFor(async () => expect(await demo.said()).toMatch(/^Playing demo/), patient)
    expect(await focused()).toBe('stop')
    const outline = await demo.stop.evaluate(button => getComputedStyle(button).outlineStyle)
    expect(outline).toBe('solid')
    await keyboard.press('Space')
    await vi.waitFor(async () => expect(await demo.said()).toMatch(/^Ready/), patient)
    expect(await focused()).toBe('listen')
    expect(demo.complaints).toEqual([])
  })

  it('listens to the channel that is typed, and keeps it in the address', async () => {
    const demo = await DemoPage.open(browser, relay, { query: '?channel=quiet' })
    expect(await demo.channel.inputValue()).toBe('quiet')
    await demo.channel.fill('demo')
    await demo.channel.press('Enter')
    await vi.waitFor(async () => expect(await demo.said()).toMatch(/^Playing demo/), patient)
    expect(new URL(demo.page.url()).searchParams.get('channel')).toBe('demo')
  })

  it.each([
    [360, 'light'],
    [360, 'dark'],
    [768, 'light'],
    [1280, 'dark']
  ] as const)('fits a screen %i pixels wide, in %s', async (width, colorScheme) => {
    const demo = await DemoPage.open(browser, relay, {
      context: { viewport: { width, height: 800 }, colorScheme }
    })
    await demo.listen.click()
    await vi.waitFor(async () => expect(await demo.figure('frames-received')).toBeGreaterThan(50), patient)
    expect(await demo.page.evaluate(overflowing)).toEqual([])
    const [ink, paper] = await demo.page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.documentElement)
      return [color, backgroundColor].map(text => Number(/\d+/.exec(text)?.[0]))
    })
    if (colorScheme === 'dark') expect(ink).toBeGreaterThan(paper as number)
    else expect(ink).toBeLessThan(paper as number)
  })

  it('moves nothing for those who asked for less motion', async () => {
    const demo = await DemoPage.open(browser, relay, { context: { reducedMotion: 'reduce' } })
    await demo.listen.click()
    await demo.page.locator('#map .flows').first().waitFor()
    expect(await demo.page.locator('#map animateMotion').count()).toBe(0)
  })

  it.each([
    ['?channel=no%20spaces', /"no spaces" is not a channel name: use letters/],
    ['?relay=http://127.0.0.1:9', /No relay answers.*127\.0\.0\.1:9 cannot be reached/],
    ['?relay=somewhere', /"somewhere" is not a relay: give its page/],
    ['?relay=/ip4/127.0.0.1/tcp/9/ws', /No relay answers/]
  ])('says what is wrong with %s, and stays usable', async (query, message) => {
    const demo = await DemoPage.open(browser, relay, { query })
    await demo.listen.click()
    await vi.waitFor(async () => expect(await demo.said()).toMatch(message), patient)
    expect(await demo.listen.isEnabled()).toBe(true)
    expect(await demo.stop.isDisabled()).toBe(true)
  })

  it('comes back to a relay that was started again, under another identity and other addresses', async () => {
    const args = ['relay', '--http', `127.0.0.1:${await freePort()}`, '--listen', '/ip4/127.0.0.1/tcp/0/ws']
    const start = async () => {
      const program = stage.start([...args, '--no-discovery', '--json'])
      return { program, http: String((await program.line('listening')).http) }
    }
    const before = await start()
    const demo = await DemoPage.open(browser, { ...relay, http: before.http })
    await vi.waitFor(async () => expect(await demo.said()).toMatch(/^Ready/), patient)
    await before.program.end()
    await vi.waitFor(async () => expect(await demo.said()).toMatch(/^The relay is away/), patient)
    expect(await demo.figure('peer-count')).toBe(0)
    await start()
    await vi.waitFor(async () => expect(await demo.said()).toMatch(/^Ready/), patient)
    expect(await demo.figure('peer-count')).toBe(1)
  })

  it('asks nobody but the relay that served it', async () => {
    const requested: string[] = []
    const demo = await DemoPage.open(browser, relay, {
      prepare: async page => {
        page.on('request', request => requested.push(new URL(request.url()).origin))
      }
    })
    await vi.waitFor(async () => expect(await demo.figure('peer-count')).toBe(1), patient)
    expect(new Set(requested)).toEqual(new Set([new URL(relay.http).origin]))
    expect(demo.complaints).toEqual([])
  })
})

/** What sticks out of the screen at the side. Runs in the page. */
function overflowing(): string[] {
  const width = document.documentElement.clientWidth
  return [...document.querySelectorAll('body *')]
    .filter(element => element.getBoundingClientRect().right > width + 0.5)
    .map(element => `${element.tagName}#${element.id}: ${element.textContent?.trim().slice(0, 40)}`)
}
