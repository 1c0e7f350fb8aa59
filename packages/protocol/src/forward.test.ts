import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Config } from './config.ts'
import { defaultConfig } from './default-config.ts'
import { Forward } from './forward.ts'
import type { StreamId } from './ids.ts'
import type { Rate } from './streams.ts'
import { Timers } from './timers.ts'
import type { ObjectFrame } from './wire/messages.ts'
import { encodeObject } from './wire/object.ts'

const voice = '11'.repeat(16) as StreamId
const other = '22'.repeat(16) as StreamId
const headerBytes = 40

function forward(config: Partial<Config> = {}, timers = new Timers()): Forward {
  return new Forward({ ...defaultConfig, ...config }, timers)
}

function object(seq: number, stream = voice, payloadBytes = 10, timestampUs = 0): ObjectFrame {
  const header = {
    stream,
    seq,
    end: false,
    list: false,
    lists: 0,
    key: true,
    priority: 0,
    ttlMs: 0,
    timestampUs
  }
  return encodeObject(header, new Uint8Array(payloadBytes))
}

/** Ten seconds of objects so far apart, measured each second. */
function rateAfter(passed: Forward, everyMs: number, payloadBytes: (seq: number) => number) {
  for (let seq = 0; seq * everyMs < 10_000; seq++) {
    const now = (seq + 1) * everyMs
    passed.accept(object(seq, voice, payloadBytes(seq), 1_000 * now), now)
    if (now % 1_000 === 0) passed.handleTimeout(now)
  }
  const { meanBps, peakBps } = passed.rate(voice) as Rate
  return { rate: meanBps, peak: peakBps }
}

const seqs = (objects: ObjectFrame[]) => objects.map(({ header }) => header.seq)

describe('Forward takes', () => {
  test('each object once, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 200 }), arrivals => {
        const passed = forward({ dedupWindow: 64 })
        const taken = arrivals.filter(seq => passed.accept(object(seq), 0))
        expect(taken).toEqual([...new Set(arrivals)])
        expect(passed.duplicates).toBe(arrivals.length - taken.length)
      })
    )
  })

  test('late objects inside dedupWindow, and none behind it', () => {
    const passed = forward({ dedupWindow: 64 })
    passed.accept(object(1_000), 0)
    expect(passed.accept(object(937), 0)).toBe(true)
    expect(passed.accept(object(936), 0)).toBe(false)
  })

  test('seqnos of any size, each once, whatever came before', () => {
    const any = fc.oneof(fc.nat(3_000), fc.integer({ min: 2 ** 32 - 100, max: 2 ** 32 - 1 }))
    fc.assert(
      fc.property(fc.array(any), arrivals => {
        const passed = forward({ rewindObjects: Number.POSITIVE_INFINITY })
        const taken = arrivals.filter(seq => passed.accept(object(seq), 0))
        expect(new Set(taken).size).toBe(taken.length)
      })
    )
  })

  test('a stream up again from where it was, when an object far ahead turns out to be false', () => {
    const passed = forward({ dedupWindow: 64, rewindObjects: 3 })
    const taken = (...arrivals: number[]) => arrivals.filter(seq => passed.accept(object(seq), 0))
    expect(taken(0, 1, 2, 4_000_000_000)).toEqual([0, 1, 2, 4_000_000_000])
    // What was here before counts for nothing, however often it comes.
    expect(taken(2, 1, 2, 1, 2)).toEqual([])
    expect(taken(3, 4, 5, 6, 7, 6, 2)).toEqual([5, 6, 7])
    // A second one does not hide what the first has hidden.
    expect(taken(1_000, 8, 3_000, 9, 10, 11)).toEqual([1_000, 3_000, 11])
  })

  test('a stream that has leapt for good as it comes', () => {
    const passed = forward({ dedupWindow: 64, rewindObjects: 3 })
    const arrivals = [0, 1, 500, 501, 450, 2, 502, 3, 503]
    expect(arrivals.filter(seq => passed.accept(object(seq), 0))).toEqual([0, 1, 500, 501, 450, 502, 503])
  })

  test('streams apart from each other', () => {
    const passed = forward()
    expect(passed.accept(object(0, voice), 0)).toBe(true)
    expect(passed.accept(object(0, other), 0)).toBe(true)
  })
})

describe('Forward keeps', () => {
  test('recent objects from a seqno on, in the order they came in', () => {
    const passed = forward()
    for (const seq of [0, 2, 1, 3]) passed.accept(object(seq), 0)
    expect(seqs(passed.recent(voice, 1, false, 0))).toEqual([2, 1, 3])
  })

  test('nothing for who wants the beginning when that is gone', () => {
    const passed = forward({ recentMs: 100 })
    passed.accept(object(0), 0)
    passed.accept(object(1), 60)
    expect(seqs(passed.recent(voice, 0, true, 60))).toEqual([0, 1])
    expect(passed.recent(voice, 0, true, 100)).toEqual([])
    expect(seqs(passed.recent(voice, 1, false, 100))).toEqual([1])
  })

  test('the beginning for who has waited for it, and not for who comes late', () => {
    const passed = forward({ beginningMs: 1_000 })
    for (let seq = 0; seq < 3; seq++) passed.accept(object(seq), 900 * seq)
    expect(seqs(passed.recent(voice, 0, true, 1_000))).toEqual([0, 1, 2])
    expect(passed.recent(voice, 0, true, 1_001)).toEqual([])
    // Who is not established itself passes on what it has, whoever asks.
    expect(seqs(passed.recent(voice, 0, false, 1_001))).toEqual([0, 1, 2])
  })

  test('objects for recentMs', () => {
    const passed = forward({ recentMs: 2_000 })
    passed.accept(object(5), 0)
    expect(seqs(passed.recent(voice, 5, false, 1_999))).toEqual([5])
    expect(passed.recent(voice, 5, false, 2_000)).toEqual([])
  })

  test('recentBytesPerStreamMax of a stream, and lets the oldest go', () => {
    const passed = forward({ recentBytesPerStreamMax: 3 * (headerBytes + 10) })
    for (let seq = 1; seq <= 5; seq++) passed.accept(object(seq), 0)
    expect(seqs(passed.recent(voice, 1, false, 0))).toEqual([3, 4, 5])
  })

  test('recentBytesMax of all, and the stream that was fed last gives way', () => {
    const passed = forward({ recentBytesMax: 3 * (headerBytes + 10) })
    passed.accept(object(1, other), 0)
    for (let seq = 1; seq <= 5; seq++) passed.accept(object(seq, voice), 0)
    expect(seqs(passed.recent(other, 1, false, 0))).toEqual([1])
    expect(seqs(passed.recent(voice, 1, false, 0))).toEqual([4, 5])
  })

  test('no old objects of a stream that fell silent, so that others have the room', () => {
    const passed = forward({ recentMs: 2_000, recentBytesMax: 2 * (headerBytes + 10) })
    passed.accept(object(1, other), 0)
    passed.accept(object(2, other), 0)
    passed.handleTimeout(2_000)
    passed.accept(object(1, voice), 2_000)
    expect(seqs(passed.recent(voice, 1, false, 2_000))).toEqual([1])
  })

  test('no object that is larger than all it may keep, and passes it on all the same', () => {
    const passed = forward({ recentBytesPerStreamMax: 100 })
    expect(passed.accept(object(1, voice, 1_000), 0)).toBe(true)
    expect(passed.recent(voice, 1, false, 0)).toEqual([])
  })

  test('nothing of a stream that was dropped, and its room is free again', () => {
    const passed = forward({ recentBytesMax: headerBytes + 10 })
    passed.accept(object(1, other), 0)
    passed.drop(other)
    passed.accept(object(1, voice), 0)
    expect(passed.recent(other, 1, false, 0)).toEqual([])
    expect(passed.counts(other)).toEqual({ received: 0, sent: 0 })
    expect(seqs(passed.recent(voice, 1, false, 0))).toEqual([1])
  })
})

describe('Forward knows', () => {
  test('where to go on: after the newest', () => {
    const passed = forward()
    expect(passed.resumeSeq(voice)).toBe(undefined)
    for (const seq of [4, 9, 7]) passed.accept(object(seq), 0)
    expect(passed.resumeSeq(voice)).toBe(10)
  })

  test('the rate of a stream, which is its peak as well if all objects are alike', () => {
    const passed = forward({ peakToMeanMax: 4, objectOverheadBytes: 30 })
    // 80 bytes on the wire, 20 ms apart.
    const { rate, peak } = rateAfter(passed, 20, () => 10)
    expect(rate).toBeCloseTo(32_000, -3)
    expect(peak / rate).toBeLessThan(1.1)
  })

  test('the peak of a stream with key frames: the rate of the time around them, in which they have to leave', () => {
    const passed = forward({ queueWaitMaxMs: 200, peakToMeanMax: 4, objectOverheadBytes: 100 })
    // 500 bytes on the wire every 40 ms, and 3,000 every second.
    const { rate, peak } = rateAfter(passed, 40, seq => (seq % 25 === 0 ? 2_900 : 400) - headerBytes)
    // One large and four small ones in 200 ms, or nearly, since it fades.
    const most = ((3_000 + 4 * 500) * 8) / 0.2
    expect(rate).toBeCloseTo(120_000, -4)
    expect(peak).toBeGreaterThan(0.89 * most)
    expect(peak).toBeLessThanOrEqual(most)
  })

  test('leaves out the part of a second in which a stream began', () => {
    const passed = forward({ objectOverheadBytes: 0 })
    passed.handleTimeout(0)
    passed.accept(object(0, voice, 1_000), 990)
    passed.handleTimeout(1_000)
    expect(passed.rate(voice)).toBe(undefined)
    for (let seq = 1; seq <= 10; seq++) passed.accept(object(seq, voice, 1_000), 1_000 + 50 * seq)
    passed.handleTimeout(2_000)
    expect(passed.rate(voice)?.meanBps).toBeCloseTo(10 * 8 * (1_000 + headerBytes), -3)
  })

  test('that timestamps which say that all comes at once are wrong', () => {
    const passed = forward({ peakToMeanMax: 4, objectOverheadBytes: 0 })
    for (let seq = 0; seq < 500; seq++) {
      passed.accept(object(seq), 20 * seq)
      if (seq % 50 === 49) passed.handleTimeout(20 * seq)
    }
    expect(passed.rate(voice)?.peakBps).toBeGreaterThan(3 * 20_000)
    expect(passed.rate(voice)?.peakBps).toBeLessThan(5 * 20_000)
  })

  test('the least and the greatest of what it keeps, in whatever order and however many they are', () => {
    const passed = forward({ recentBytesPerStreamMax: 2 ** 23 })
    expect(passed.held(voice, 0)).toBeUndefined()
    const empty = object(0, voice, 0)
    for (let n = 0; n < 200_000; n++) {
      // Each two the other way round.
      passed.accept({ ...empty, header: { ...empty.header, seq: 1_000 + (n ^ 1) } }, 0)
    }
    expect(passed.held(voice, 0)).toEqual({ oldest: 1_000, newest: 200_999 })
  })

  test('that nothing comes after the last seqno there is', () => {
    const passed = forward()
    passed.accept(object(0xffff_ffff), 0)
    expect(passed.resumeSeq(voice)).toBe(0xffff_ffff)
  })

  test('how many came in and how many copies went out', () => {
    const passed = forward()
    passed.accept(object(0), 0)
    passed.accept(object(0), 0)
    passed.countSent(voice, 3)
    expect(passed.counts(voice)).toEqual({ received: 1, sent: 3 })
  })

  test('how many that were in all, also of streams that are gone', () => {
    const passed = forward()
    for (const stream of [voice, other]) {
      passed.accept(object(0, stream), 0)
      passed.countSent(stream, 2)
      passed.drop(stream)
    }
    expect([passed.received, passed.sent]).toEqual([2, 4])
  })
})

describe('A stream', () => {
  /** An object each 20 ms up to 1 s. */
  function flowing(config: Partial<Config> = {}) {
    const timers = new Timers()
    const passed = forward({ silenceMinMs: 120, silenceGapFactor: 3, ...config }, timers)
    for (let n = 0; n <= 50; n++) passed.accept(object(n), 20 * n)
    return { passed, timers }
  }

  /** Calls as the timer asks for it, up to `until`. */
  function silences({ passed, timers }: ReturnType<typeof flowing>, until: number): [number, string[]][] {
    const found: [number, string[]][] = []
    for (let at = timers.at('silence'); at !== undefined && at <= until; at = timers.at('silence')) {
      timers.takeDue(at)
      const streams = passed.handleSilence(at)
      if (streams.length > 0) found.push([at, streams])
    }
    return found
  }

  test('that came steadily and stops is silent after silenceMinMs, once', () => {
    const made = flowing()
    expect(made.passed.isFlowing(voice, 1_119)).toBe(true)
    expect(silences(made, 10_000)).toEqual([[1_120, [voice]]])
    expect(made.passed.isFlowing(voice, 1_120)).toBe(false)
  })

  test('that comes again may be silent again', () => {
    const made = flowing()
    silences(made, 10_000)
    made.passed.accept(object(51), 10_000)
    expect(silences(made, 20_000).map(([, streams]) => streams)).toEqual([[voice]])
  })

  test('with pauses is given silenceGapFactor times the longest of late', () => {
    const made = flowing()
    made.passed.accept(object(51), 1_100)
    expect(silences(made, 10_000)).toEqual([[1_400, [voice]]])
  })

  test('is not silent because this node slept', () => {
    const { passed, timers } = flowing()
    timers.takeDue(5_000)
    expect(passed.handleSilence(5_000)).toEqual([])
    expect(timers.at('silence')).toBe(5_120)
  })

  test('of an object or two has no pace yet', () => {
    const timers = new Timers()
    const passed = forward({}, timers)
    passed.accept(object(0), 0)
    passed.accept(object(1), 20)
    expect(timers.next()).toBe(undefined)
    expect(passed.isFlowing(voice, 21)).toBe(false)
  })
})
