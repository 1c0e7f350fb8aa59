/**
 * The two processors that run on the sound card's clock. This file is loaded as it is, by
 * `audioWorklet.addModule(new URL('./pcm-worklet.js', import.meta.url))`, which every bundler understands and a strict
 * content security policy allows; so it is plain JavaScript and imports nothing.
 *
 * @import { CapturedBlock, PlaybackMessage, PlaybackReport } from './pcm-messages.ts'
 */

const sampleRate48k = 48_000
/**
 * Sound that must be queued before playing starts: it covers the main thread's pauses. Each time it does not, on a
 * busy machine, the next start waits for more.
 */
const prefillMinFrames = 0.04 * sampleRate48k
const prefillStepFrames = 0.02 * sampleRate48k
const prefillMaxFrames = 0.16 * sampleRate48k
/** So much more than the prefill is latency left behind by a long pause of the main thread, and is skipped. */
const excessFrames = 0.1 * sampleRate48k
const ringFrames = sampleRate48k
/** Length of every fade, so that starts, gaps and skips do not click. */
const fadeFrames = 128
/** Render quanta (128 frames) between two reports: 10.7 ms. */
const reportQuanta = 4
/** 20 ms, what the encoder takes. */
const captureFrames = 960

class Playback extends AudioWorkletProcessor {
  /** Left and right. Mono fills both. */
  #ring = [new Float32Array(ringFrames), new Float32Array(ringFrames)]
  /** Frames ever written and ever read; the difference is what is queued. */
  #written = 0
  #read = 0
  #playing = false
  #prefillFrames = prefillMinFrames
  #underruns = 0
  #skippedFrames = 0
  #energy = 0
  #peak = 0
  #quanta = 0

  constructor() {
    super()
    this.port.onmessage = event => this.#onMessage(event.data)
  }

  /** @param {PlaybackMessage} message */
  #onMessage(message) {
    if (message.type === 'clear') {
      this.#read = this.#written
      this.#playing = false
      return
    }
    const { samples, channels } = message
    const frames = samples.length / channels
    const [left, right] = this.#ring
    for (let i = 0; i < frames; i++) {
      const at = this.#written++ % ringFrames
      left[at] = samples[i * channels]
      right[at] = samples[i * channels + channels - 1]
    }
    if (this.#queued() > this.#prefillFrames + excessFrames) this.#skipExcess()
  }

  #queued() {
    return this.#written - this.#read
  }

  /** Jumps to where the prefill is left, fading from what would have come into what comes. */
  #skipExcess() {
    const target = this.#written - this.#prefillFrames
    for (const channel of this.#ring) {
      for (let i = 0; i < fadeFrames; i++) {
        const gain = i / fadeFrames
        const at = (target + i) % ringFrames
        channel[at] = gain * channel[at] + (1 - gain) * channel[(this.#read + i) % ringFrames]
      }
    }
    this.#skippedFrames += target - this.#read
    this.#read = target
  }

  /**
   * @param {Float32Array[][]} _inputs
   * @param {Float32Array[][]} outputs
   */
  process(_inputs, outputs) {
    const [output] = outputs
    const length = output[0].length
    const starting = !this.#playing && this.#queued() >= this.#prefillFrames
    if (starting) this.#playing = true
    if (this.#playing) {
      const frames = Math.min(length, this.#queued())
      const stopping = frames < length
      output.forEach((channel, index) => {
        const source = this.#ring[Math.min(index, 1)]
        for (let i = 0; i < frames; i++) channel[i] = source[(this.#read + i) % ringFrames]
        if (starting) fade(channel, frames, 'in')
        if (stopping) fade(channel, frames, 'out')
      })
      this.#read += frames
      if (stopping) {
        this.#playing = false
        this.#underruns++
        this.#prefillFrames = Math.min(this.#prefillFrames + prefillStepFrames, prefillMaxFrames)
      }
    }
    this.#measure(output[0])
    return true
  }

  /** @param {Float32Array} channel */
  #measure(channel) {
    for (const sample of channel) {
      this.#energy += sample * sample
      this.#peak = Math.max(this.#peak, Math.abs(sample))
    }
    if (++this.#quanta < reportQuanta) return
    /** @type {PlaybackReport} */
    const report = {
      queuedFrames: this.#queued(),
      underruns: this.#underruns,
      skippedFrames: this.#skippedFrames,
      rms: Math.sqrt(this.#energy / (reportQuanta * channel.length)),
      peak: this.#peak
    }
    this.port.postMessage(report)
    this.#quanta = 0
    this.#energy = 0
    this.#peak = 0
  }
}

/**
 * @param {Float32Array} samples
 * @param {number} frames
 * @param {'in' | 'out'} direction
 */
function fade(samples, frames, direction) {
  const length = Math.min(fadeFrames, frames)
  for (let i = 0; i < length; i++) {
    const at = direction === 'in' ? i : frames - 1 - i
    samples[at] *= i / length
  }
}

class Capture extends AudioWorkletProcessor {
  /** @type {1 | 2} */
  #channels
  #block
  #filled = 0

  /** @param {{ processorOptions: { channels: 1 | 2 } }} options */
  constructor(options) {
    super()
    this.#channels = options.processorOptions.channels
    this.#block = new Float32Array(captureFrames * this.#channels)
  }

  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    const [input] = inputs
    // A source that has not started, or has ended, has no channels.
    const length = input[0]?.length ?? 0
    for (let i = 0; i < length; i++) {
      for (let channel = 0; channel < this.#channels; channel++) {
        this.#block[this.#filled++] = input[Math.min(channel, input.length - 1)][i]
      }
      if (this.#filled === this.#block.length) this.#send()
    }
    return true
  }

  #send() {
    /** @type {CapturedBlock} */
    const block = { samples: this.#block, channels: this.#channels }
    this.port.postMessage(block, [this.#block.buffer])
    this.#block = new Float32Array(captureFrames * this.#channels)
    this.#filled = 0
  }
}

registerProcessor('hopcast-playback', Playback)
registerProcessor('hopcast-capture', Capture)
