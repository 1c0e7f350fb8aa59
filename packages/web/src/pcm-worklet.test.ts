/** The processors, run by hand: the sound card's thread is a loop here. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { CapturedBlock, PlaybackMessage, PlaybackReport } from './pcm-messages.ts'

interface Processor {
  port: Port
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean
}

class Port {
  onmessage: ((event: { data: unknown }) => void) | undefined
  readonly sent: unknown[] = []
  postMessage(message: unknown): void {
    this.sent.push(message)
  }
}

const quantum = 128
const processors = new Map<string, new (options?: unknown) => Processor>()

beforeAll(async () => {
  // What the browser gives to a worklet module.
  Object.assign(globalThis, {
    AudioWorkletProcessor: class {
      readonly port = new Port()
    },
    registerProcessor: (name: string, processor: new () => Processor) => processors.set(name, processor)
  })
  await import(new URL('./pcm-worklet.js', import.meta.url).href)
})

function make(name: string, options?: unknown): Processor {
  const Processor = processors.get(name)
  if (Processor === undefined) throw new Error(`no processor ${name}`)
  return new Processor(options)
}

class Player {
  readonly processor = make('hopcast-playback')
  #phase = 0

  /** Writes frames that count up in steps of a millionth, so that each can be told from every other. */
  write(frames: number): void {
    const samples = Float32Array.from({ length: frames }, () => this.#phase++ / 1e6)
    this.#send({ type: 'pcm', samples, channels: 1 })
  }

  clear(): void {
    this.#send({ type: 'clear' })
  }

  /** What comes out of the left channel, in `frames` rounded up to whole quanta. */
  play(frames: number): number[] {
    const heard: number[] = []
    while (heard.length < frames) {
      const output = [new Float32Array(quantum), new Float32Array(quantum)]
      this.processor.process([], [output])
      expect(output[1]).toEqual(output[0])
      heard.push(...(output[0] as Float32Array))
    }
    return heard
  }

  get report(): PlaybackReport {
    return this.processor.port.sent.at(-1) as PlaybackReport
  }

  #send(message: PlaybackMessage): void {
    this.processor.port.onmessage?.({ data: message })
  }
}

function longestStep(samples: number[]): number {
  return Math.max(...samples.slice(1).map((sample, i) => Math.abs(sample - (samples[i] as number))))
}

describe('playback', () => {
  it('waits until 40 ms are queued, then plays every frame once and in order', () => {
    const player = new Player()
    player.write(1_919)
    expect(player.play(quantum).every(sample => sample === 0)).toBe(true)
    player.write(1_921)
    const heard = player.play(3_840)
    const afterFadeIn = heard.slice(quantum, 3_840)
    expect(afterFadeIn).toEqual(
      Array.from({ length: 3_840 - quantum }, (_, i) => Math.fround((i + quantum) / 1e6))
    )
    expect(player.report.underruns).toBe(0)
  })

  it('fades out when the queue runs dry, counts it, and starts again with 20 ms more in reserve', () => {
    const player = new Player()
    player.write(1_920 + 64)
    const heard = player.play(2_048)
    expect(heard.slice(-64).every(sample => sample === 0)).toBe(true)
    player.play(4 * quantum)
    expect(player.report.underruns).toBe(1)
    player.write(2_879)
    expect(player.play(quantum).every(sample => sample === 0)).toBe(true)
    player.write(1)
    expect(player.play(quantum).some(sample => sample > 0)).toBe(true)
  })

  it('skips what a pause of the page has piled up, without a click', () => {
    const player = new Player()
    player.write(1_920)
    player.play(quantum)
    // 200 ms come at once: more than 140 ms are queued.
    for (let i = 0; i < 10; i++) player.write(960)
    player.play(4 * quantum)
    expect(player.report.skippedFrames).toBeGreaterThan(0)
    expect(player.report.queuedFrames).toBeLessThanOrEqual(0.14 * 48_000)
    expect(longestStep(player.play(2_000))).toBeLessThan(2e-4)
  })

  it('is silent after clear', () => {
    const player = new Player()
    player.write(4_800)
    player.play(quantum)
    player.clear()
    expect(player.play(quantum).every(sample => sample === 0)).toBe(true)
  })

  it('reports the level of what it plays', () => {
    const player = new Player()
    player.processor.port.onmessage?.({
      data: { type: 'pcm', samples: new Float32Array(4_800).fill(0.5), channels: 1 }
    })
    player.play(8 * quantum)
    expect(player.report.rms).toBeCloseTo(0.5)
    expect(player.report.peak).toBeCloseTo(0.5)
  })
})

describe('capture', () => {
  it('cuts what comes in into blocks of 20 ms, none lost', () => {
    const capture = make('hopcast-capture', { processorOptions: { channels: 1 } })
    let phase = 0
    for (let i = 0; i < 75; i++) {
      capture.process([[Float32Array.from({ length: quantum }, () => phase++ / 1e6)]], [])
    }
    const blocks = capture.port.sent as CapturedBlock[]
    expect(blocks.map(block => block.samples.length)).toEqual(Array.from({ length: 10 }, () => 960))
    const all = blocks.flatMap(block => [...block.samples])
    expect(all).toEqual(Array.from({ length: 9_600 }, (_, i) => Math.fround(i / 1e6)))
  })

  it('interleaves stereo, and takes a source that has no channels yet', () => {
    const capture = make('hopcast-capture', { processorOptions: { channels: 2 } })
    capture.process([[]], [])
    for (let i = 0; i < 8; i++) {
      capture.process([[new Float32Array(quantum).fill(0.25), new Float32Array(quantum).fill(-0.25)]], [])
    }
    const [block] = capture.port.sent as CapturedBlock[]
    expect(block?.channels).toBe(2)
    expect([...(block?.samples.slice(0, 4) ?? [])]).toEqual([0.25, -0.25, 0.25, -0.25])
  })
})
