/** A tab listens behind the last of three relays: what reaches its loudspeaker is the voice that the first one got. */
import type { Browser } from 'playwright-core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { useStage } from '../interop/process.ts'
import { readSamples, voiceFile } from '../interop/voice.ts'
import { hasChromium, openChromium } from './support/chromium.ts'
import { heardLike, heardSeconds, tapLoudspeaker } from './support/loudspeaker.ts'
import { DemoPage } from './support/page.ts'
import { startAt, startLine, statusOf } from './support/relays.ts'

const patient = { timeout: 30_000, interval: 100 }

describe.runIf(hasChromium)('a tab that listens', () => {
  const stage = useStage()
  let browser: Browser

  afterEach(() => browser?.close())

  it.each([
    ['ws', 'WebSocket'],
    ['webrtc', 'WebRTC-direct']
  ])(
    'hears the voice over three relays with ?transport=%s',
    async (transport, name) => {
      const [first, , third] = await startLine(stage)
      startAt(stage, first, 'publish', 'demo', '--file', voiceFile, '--loop')
      browser = await openChromium()
      const demo = await DemoPage.open(browser, third, {
        // It knows the last one, and is not to look for a shorter way.
        query: `?transport=${transport}&neighbours=0`,
        prepare: tapLoudspeaker
      })
      await vi.waitFor(async () => expect(await demo.figure('peer-count')).toBe(1), patient)
      await demo.listen.click()
      await vi.waitFor(async () => expect(await demo.said()).toMatch(/^Playing demo/), patient)
      const before = await demo.figure('frames-received')
      const start = await heardSeconds(demo.page)
      await vi.waitFor(async () => expect(await heardSeconds(demo.page)).toBeGreaterThan(start + 8), patient)

      await vi.waitFor(
        async () => expect(await demo.figure('frames-received')).toBeGreaterThan(before + 300),
        patient
      )
      expect(await demo.text('frames-lost')).toBe('0')
      expect(await demo.text('transport')).toBe(name)
      expect(
        await demo.page.getByText(/you ← relay \w+ ← relay ← relay ← speaker \w+ · 4 hops/).count()
      ).toBe(1)
      expect(await demo.figure('latency-ms')).toBeGreaterThan(0)
      expect(demo.complaints).toEqual([])

      // A machine that is busy with other things interrupts the sound: it has to be whole for so many seconds in all.
      await heardLike(demo.page, await readSamples(voiceFile), { seconds: 6, limitMs: 60_000 })
    },
    150_000
  )

  it('gives back what it took when Stop is pressed', async () => {
    const [first, second, third] = await startLine(stage)
    startAt(stage, first, 'publish', 'demo', '--tone', '440')
    browser = await openChromium()
    const demo = await DemoPage.open(browser, third, { query: '?transport=ws&neighbours=0' })
    await demo.listen.click()
    await vi.waitFor(async () => expect(await demo.figure('frames-received')).toBeGreaterThan(10), patient)
    expect((await statusOf(third)).streams).toHaveLength(1)
    await demo.stop.click()
    await vi.waitFor(async () => expect((await statusOf(third)).streams).toHaveLength(0), patient)
    await vi.waitFor(async () => expect((await statusOf(second)).streams).toHaveLength(0), patient)
    expect(await demo.said()).toMatch(/^Ready/)
    expect(await demo.figure('peer-count')).toBe(1)
    expect(demo.complaints).toEqual([])
  })

  it('is told when the publisher ends, and plays again when it comes back', async () => {
    const [first, , third] = await startLine(stage)
    browser = await openChromium()
    const demo = await DemoPage.open(browser, third, { query: '?channel=news' })
    await demo.listen.click()
    await vi.waitFor(async () => expect(await demo.said()).toMatch(/^Waiting for someone on news/), patient)
    for (let run = 0; run < 2; run++) {
      const before = await demo.figure('frames-received')
      const news = startAt(stage, first, 'publish', 'news', '--tone', '440')
      await vi.waitFor(async () => expect(await demo.said()).toMatch(/^Playing news/), patient)
      await vi.waitFor(
        async () => expect(await demo.figure('frames-received')).toBeGreaterThan(before + 25),
        patient
      )
      await news.end()
      await vi.waitFor(async () => expect(await demo.said()).toMatch(/^The stream has ended/), patient)
    }
    expect(await demo.text('frames-lost')).toBe('0')
    expect(demo.complaints).toEqual([])
  })
})
