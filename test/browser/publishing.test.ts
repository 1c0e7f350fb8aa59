/** A tab publishes its microphone behind the last of three relays: what the first one hands out is what was spoken. */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { useStage } from '../interop/process.ts'
import { readSamples, voiceFile, writeWav } from '../interop/voice.ts'
import { hasChromium, openChromium } from './support/chromium.ts'
import { alike, likeness, type Second } from './support/likeness.ts'
import { DemoPage } from './support/page.ts'
import { startAt, startLine, startRelay, statusOf } from './support/relays.ts'

const patient = { timeout: 30_000, interval: 100 }
/** Of the microphone that the command line records at a time, and how often at the most. */
const recordedSeconds = 8
const recordingsMax = 4

declare global {
  var microphoneTracks: MediaStreamTrack[]
}

describe.runIf(hasChromium)('a tab that publishes', () => {
  const stage = useStage()
  let browser: Browser

  afterEach(() => browser?.close())

  /** A WAV file, the only kind that Chromium takes for a microphone. */
  async function recordedVoice(): Promise<string> {
    const path = join(stage.folder, 'microphone.wav')
    await writeWav(path, await readSamples(voiceFile))
    return path
  }

  it.each(['ws', 'webrtc'])(
    'is heard over three relays with ?transport=%s',
    async transport => {
      const [first, , third] = await startLine(stage)
      browser = await openChromium({ microphone: await recordedVoice() })
      const channel = `voice-${transport}`
      const demo = await DemoPage.open(browser, third, {
        query: `?transport=${transport}&channel=${channel}&neighbours=0&raw`
      })
      await demo.publish.click()
      await vi.waitFor(async () => expect(await demo.said()).toMatch(/^On air/), patient)

      // Chromium's own microphone slips on a busy machine: it has to be whole for so many seconds in all.
      const heard: Second[] = []
      for (let i = 0; alike(heard).length < 5 && i < recordingsMax; i++) {
        const out = join(stage.folder, `heard-${i}.wav`)
        const duration = ['--duration', String(recordedSeconds)]
        const listener = startAt(stage, first, 'listen', channel, '--out', out, ...duration)
        await listener.line('started')
        await vi.waitFor(async () => expect(await demo.figure('children')).toBe(1), patient)
        const summary = await listener.line('summary')
        await listener.exited
        expect(summary).toMatchObject({ lost: 0, duplicates: 0, outOfOrder: 0, hops: 4 })
        expect(summary.frames).toBeGreaterThan(100)
        heard.push(...likeness(await readSamples(out), await readSamples(voiceFile)))
      }
      expect(alike(heard).length, JSON.stringify(heard)).toBeGreaterThanOrEqual(5)
      expect(demo.complaints).toEqual([])
    },
    150_000
  )

  it('gives the microphone back when Stop is pressed, and listeners are told', async () => {
    const [first, , third] = await startLine(stage)
    browser = await openChromium({ microphone: await recordedVoice() })
    const demo = await DemoPage.open(browser, third, { query: '?channel=short', prepare: keepTracks })
    await demo.publish.click()
    const listener = startAt(stage, first, 'listen', 'short')
    await listener.line('started')
    await vi.waitFor(async () => expect(await demo.figure('children')).toBe(1), patient)
    await demo.stop.click()

    await listener.line('ended')
    await vi.waitFor(async () => expect((await statusOf(third)).streams).toHaveLength(0), patient)
    expect(await demo.page.evaluate(() => microphoneTracks.map(track => track.readyState))).toEqual(['ended'])
    expect(await demo.said()).toMatch(/^Ready/)
    expect(demo.complaints).toEqual([])
  })

  it.each(['ws', 'webrtc'])(
    'tells its listeners when the tab is closed with ?transport=%s',
    async transport => {
      const relay = await startRelay(stage)
      browser = await openChromium({ microphone: await recordedVoice() })
      const demo = await DemoPage.open(browser, relay, { query: `?transport=${transport}&channel=closing` })
      await demo.publish.click()
      const listener = startAt(stage, relay, 'listen', 'closing')
      await listener.line('started')
      await vi.waitFor(async () => expect(await demo.figure('children')).toBe(1), patient)
      await demo.page.close()

      await listener.line('ended')
    }
  )

  it('says what to do when there is no microphone', async () => {
    const relay = await startRelay(stage)
    browser = await openChromium()
    const demo = await DemoPage.open(browser, relay, { query: '?transport=ws' })
    await demo.publish.click()
    await vi.waitFor(async () => expect(await demo.said()).toMatch(/^That did not work/), patient)
    expect(await demo.said()).toMatch(/microphone/)
    expect(await demo.publish.isEnabled()).toBe(true)
    expect((await statusOf(relay)).streams).toHaveLength(0)
  })
})

/** Lets the test look at the tracks that the page was given. */
async function keepTracks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    globalThis.microphoneTracks = []
    const open = MediaDevices.prototype.getUserMedia
    MediaDevices.prototype.getUserMedia = async function (constraints) {
      const stream = await open.call(this, constraints)
      globalThis.microphoneTracks.push(...stream.getTracks())
      return stream
    }
  })
}
