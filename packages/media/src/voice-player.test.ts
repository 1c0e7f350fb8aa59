import { registerMediabunnyServer } from '@mediabunny/server'
import { beforeAll, describe, expect, it } from 'vitest'
import { concat, correlationAt, energy, similarity, voiceSignal } from '../test/voice-signal.ts'
import type { AudioFrame } from './audio-frame.ts'
import { OpusEncoder } from './opus-encoder.ts'
import type { Pcm } from './pcm.ts'
import { VoicePlayer } from './voice-player.ts'

const seconds = 2
const voice = voiceSignal({ seconds })
const frames: AudioFrame[] = []

beforeAll(async () => {
  registerMediabunnyServer()
  const encoder = await OpusEncoder.create({
    channels: 1,
    bitrate: 32_000,
    onFrame: frame => frames.push(frame)
  })
  await encoder.write({ channels: 1, samples: voice })
  await encoder.close()
})

type Sent = { frame: AudioFrame; seq: number; at: number }

function sendAll(sent: (seq: number) => boolean = () => true): Sent[] {
  return frames.map((frame, seq) => ({ frame, seq, at: seq * 20 })).filter(({ seq }) => sent(seq))
}

/** Plays in virtual time, `slots` times 20 ms, and waits until all of them have been given out. */
async function play(sent: Sent[], slots = frames.length) {
  const given: Pcm[] = []
  let onGiven = () => {}
  const player = await VoicePlayer.create({
    channels: 1,
    jitter: { initialTargetMs: 40 },
    onPcm: pcm => {
      given.push(pcm)
      onGiven()
    }
  })
  let next = 0
  for (let now = 0; now < 40 + slots * 20; now += 10) {
    for (let item = sent[next]; item && item.at <= now; item = sent[++next])
      player.push(item.frame, item.seq, item.at)
    player.tick(now)
  }
  while (given.length < slots) {
    await new Promise<void>(resolve => {
      onGiven = resolve
    })
  }
  const { stats } = player
  player.close()
  return { sound: concat(given.map(pcm => pcm.samples)), given, stats }
}

describe('VoicePlayer', () => {
  it('gives out the voice, 20 ms at a time', async () => {
    const { sound, given, stats } = await play(sendAll())
    expect(given.every(pcm => pcm.channels === 1 && pcm.samples.length === 960)).toBe(true)
    expect(correlationAt(voice.subarray(0, 90_000), sound, 312)).toBeGreaterThan(0.95)
    expect(stats).toMatchObject({ lost: 0, concealed: 0, late: 0, bufferedMs: 0 })
  })

  it('keeps the voice in its place when frames are lost, damaged or out of order', async () => {
    const sent = sendAll(seq => seq !== 30 && seq !== 60).map(item =>
      item.seq === 45 ? { ...item, frame: { ...item.frame, data: Uint8Array.of(0xfb, 0) } } : item
    )
    const swapped = sent.with(20, { ...(sent[20] as Sent), at: 21 * 20 + 1 }).sort((a, b) => a.at - b.at)
    const { sound, stats } = await play(swapped)
    expect(stats).toMatchObject({ lost: 3, concealed: 3 })
    const { correlation, shift } = similarity(voice.subarray(0, 90_000), sound, 320)
    expect(shift).toBe(312)
    expect(correlation).toBeGreaterThan(0.9)
    // A decoder needs some frames until it is itself again: Opus predicts from what was before.
    for (const from of [10, 37, 52, 67, 80]) {
      const original = voice.subarray(from * 960, (from + 8) * 960)
      expect(correlationAt(original, sound.subarray(from * 960), 312)).toBeGreaterThan(0.95)
    }
  })

  it('falls silent when nothing comes any more, and goes on giving out 20 ms', async () => {
    const { given } = await play(
      sendAll(seq => seq < 50),
      100
    )
    expect(energy(given[45]?.samples as Float32Array)).toBeGreaterThan(0)
    for (const pcm of given.slice(54)) expect(energy(pcm.samples)).toBe(0)
  })

  it('plays another stream after a reset', async () => {
    const given: Pcm[] = []
    const player = await VoicePlayer.create({ channels: 1, onPcm: pcm => given.push(pcm) })
    for (const { frame, seq, at } of sendAll(seq => seq >= 90)) player.push(frame, seq, at)
    player.reset()
    expect(player.stats.bufferedMs).toBe(0)
    player.tick(5000)
    expect(given).toHaveLength(0)
    player.push(frames[0] as AudioFrame, 0, 6000)
    expect(player.stats.bufferedMs).toBe(20)
    player.tick(6080)
    expect(player.stats.bufferedMs).toBe(0)
    player.close()
  })

  it('is silent once it is closed', async () => {
    const given: Pcm[] = []
    const player = await VoicePlayer.create({ channels: 1, onPcm: pcm => given.push(pcm) })
    for (const { frame, seq, at } of sendAll()) player.push(frame, seq, at)
    player.tick(3000)
    player.close()
    const before = given.length
    player.tick(4000)
    for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
    expect(given).toHaveLength(before)
  })
})
