import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JitterBuffer, type JitterBufferOptions } from './jitter-buffer.ts'

const frameMs = 20

interface Frame {
  seq: number
  ptsUs: number
}
type Arrival = { at: number; frame: Frame }
type Played = { at: number; seq: number | undefined; skipped: number[] }

/** mulberry32: small, seeded, good enough for delays. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Frames `from` to `until`, each sent at its timestamp and delayed by `delayMs`; undefined: lost. */
function stream(
  until: number,
  delayMs: (seq: number) => number | undefined,
  { from = 0, periodMs = frameMs } = {}
): Arrival[] {
  const arrivals: Arrival[] = []
  for (let seq = from; seq < until; seq++) {
    const delay = delayMs(seq)
    if (delay !== undefined)
      arrivals.push({ at: seq * periodMs + delay, frame: { seq, ptsUs: seq * frameMs * 1000 } })
  }
  return arrivals.sort((a, b) => a.at - b.at)
}

/** No frame overtakes another: what is delayed holds up what is behind it, as TCP does. */
function inOrder(arrivals: Arrival[]): Arrival[] {
  let latest = 0
  return [...arrivals]
    .sort((a, b) => a.frame.seq - b.frame.seq)
    .map(({ at, frame }) => {
      latest = Math.max(latest, at)
      return { at: latest, frame }
    })
}

/** Lets the buffer run in virtual time, asked every 10 ms, until a second after the last frame. */
function play(arrivals: Arrival[], options: JitterBufferOptions = {}) {
  const buffer = new JitterBuffer<Frame>(options)
  const played: Played[] = []
  const levels: number[] = []
  const end = (arrivals.at(-1)?.at ?? 0) + 1000
  let next = 0
  for (let now = 0; now <= end; now += 10) {
    for (let arrival = arrivals[next]; arrival && arrival.at <= now; arrival = arrivals[++next]) {
      buffer.push(arrival.frame, arrival.at)
    }
    for (let slot = buffer.pop(now); slot.type !== 'wait'; slot = buffer.pop(now)) {
      if (slot.type === 'conceal') played.push({ at: now, seq: undefined, skipped: [] })
      else played.push({ at: now, seq: slot.frame.seq, skipped: slot.skipped.map(frame => frame.seq) })
    }
    levels.push(buffer.stats.bufferedMs)
  }
  return { buffer, stats: buffer.stats, played, levels }
}

function framesOf(played: Played[]): number[] {
  return played.flatMap(({ seq }) => seq ?? [])
}

/** From being captured to being played, milliseconds, of the frames in a range. */
function delays(played: Played[], from: number, until: number): number[] {
  return played.flatMap(({ at, seq }) =>
    seq !== undefined && seq >= from && seq < until ? at - seq * frameMs : []
  )
}

function concealedBetween(played: Played[], from: number, until: number): number {
  return played.filter(({ at, seq }) => seq === undefined && at >= from && at < until).length
}

const range = (from: number, until: number) => Array.from({ length: until - from }, (_, i) => from + i)

describe('JitterBuffer', () => {
  it('plays a steady stream whole, one frame in 20 ms, after the initial target', () => {
    const { played, stats } = play(stream(500, () => 30))
    expect(framesOf(played)).toEqual(
      range(0, 500).filter(seq => !played.some(slot => slot.skipped.includes(seq)))
    )
    expect(played[0]).toEqual({ at: 110, seq: 0, skipped: [] })
    expect(concealedBetween(played, 0, 10_000)).toBe(0)
    expect(stats).toMatchObject({ lost: 0, late: 0, duplicates: 0 })
  })

  it('comes down from the initial target when the network turns out to be good', () => {
    const { played, buffer } = play(stream(500, () => 30))
    expect(buffer.targetMs).toBe(40)
    expect(Math.max(...delays(played, 300, 500))).toBeLessThanOrEqual(30 + 40 + 2 * frameMs + 10)
  })

  it('takes the initial target from its caller', () => {
    const { played } = play(
      stream(10, () => 0),
      { initialTargetMs: 200 }
    )
    expect(played[0]?.at).toBe(200)
  })

  it.each([1, 2, 3])('waits as long as a jittery network needs (seed %i)', seed => {
    const next = random(seed)
    const { played, stats, buffer } = play(stream(3000, () => 20 + 100 * next()))
    expect(buffer.targetMs).toBeGreaterThan(80)
    expect(buffer.targetMs).toBeLessThan(130)
    // After the first two seconds, in which it learns.
    expect(concealedBetween(played, 2000, 60_000)).toBeLessThan(0.03 * 3000)
    expect(Math.max(...delays(played, 200, 3000))).toBeLessThan(20 + 130 + 3 * frameMs)
    expect(stats.lost).toBeLessThan(0.03 * 3000)
  })

  it.each([4, 5, 6])(
    'waits longer within a second when the jitter grows, and less only later (seed %i)',
    seed => {
      const next = random(seed)
      const roughFrom = 500
      const roughUntil = 1000
      const isRough = (seq: number) => seq >= roughFrom && seq < roughUntil
      const { played } = play(stream(4000, seq => 20 + (isRough(seq) ? 200 : 5) * next()))
      expect(Math.min(...delays(played, roughFrom + 100, roughUntil))).toBeGreaterThan(150)
      expect(concealedBetween(played, (roughFrom + 100) * frameMs, roughUntil * frameMs)).toBeLessThan(25)
      expect(Math.min(...delays(played, roughUntil, roughUntil + 500))).toBeGreaterThan(100)
      expect(Math.max(...delays(played, 3500, 4000))).toBeLessThan(130)
    }
  )

  it('conceals a lost frame at its time and plays the next one in its own', () => {
    const { played, stats } = play(stream(300, seq => (seq === 200 ? undefined : 30)))
    const around = played.filter(({ at }) => at > 0).map(({ seq }) => seq)
    const gap = around.indexOf(199) + 1
    expect(around.slice(gap, gap + 2)).toEqual([undefined, 201])
    expect(stats).toMatchObject({ lost: 1, concealed: 1 })
    expect(stats.played + stats.skipped).toBe(299)
  })

  it('puts frames in order that overtook each other', () => {
    const { played, stats } = play(stream(300, seq => (seq % 3 === 0 ? 55 : 30)))
    const heard = framesOf(played)
    expect(heard).toEqual([...heard].sort((a, b) => a - b))
    expect(stats.lost).toBe(0)
  })

  it('counts duplicates and plays them once', () => {
    const once = stream(200, () => 30)
    const twice = once
      .flatMap(arrival => [arrival, { ...arrival, at: arrival.at + 5 }])
      .sort((a, b) => a.at - b.at)
    const { played, stats } = play(twice)
    expect(new Set(framesOf(played)).size).toBe(framesOf(played).length)
    expect(stats).toMatchObject({ duplicates: 200, lost: 0, late: 0 })
  })

  it('counts what comes too late, and does not play it', () => {
    const { played, stats } = play(stream(300, seq => (seq === 200 ? 400 : 30)))
    expect(framesOf(played)).not.toContain(200)
    expect(stats).toMatchObject({ late: 1, lost: 1, duplicates: 0 })
  })

  it('catches up after the burst that follows a stall, and loses nothing to the stall itself', () => {
    const stall = 400
    const { played, stats } = play(
      inOrder(stream(2500, seq => (seq >= 2000 && seq < 2020 ? 30 + stall - (seq - 2000) * frameMs : 30)))
    )
    expect(stats).toMatchObject({ lost: 0, late: 0 })
    expect(Math.max(...delays(played, 2020, 2030))).toBeGreaterThan(300)
    expect(Math.max(...delays(played, 2250, 2500))).toBeLessThan(30 + 40 + 3 * frameMs)
  })

  it('starts anew at the newest frames after a long stall', () => {
    // Five seconds of nothing, then all of it at once.
    const { played } = play(
      inOrder(stream(1500, seq => (seq >= 500 && seq < 750 ? 5030 - (seq - 500) * frameMs : 30)))
    )
    const heard = framesOf(played)
    expect(heard.filter(seq => seq >= 500 && seq < 740)).toHaveLength(0)
    expect(Math.max(...delays(played, 760, 1500))).toBeLessThan(30 + 80 + 3 * frameMs)
  })

  it('goes on without the frames of an outage', () => {
    const { played, stats } = play(stream(1000, seq => (seq >= 400 && seq < 600 ? undefined : 30)))
    expect(framesOf(played)).toContain(610)
    expect(stats.lost).toBe(200)
    expect(Math.max(...delays(played, 610, 1000))).toBeLessThan(30 + 80 + 3 * frameMs)
  })

  it('gives its consumer something for every 20 ms once it has begun', () => {
    const { played } = play(stream(1000, seq => (seq >= 400 && seq < 600 ? undefined : 30)))
    const times = played.map(({ at }) => at)
    for (let i = 1; i < times.length; i++)
      expect((times[i] as number) - (times[i - 1] as number)).toBe(frameMs)
  })

  it('begins with the newest of a backlog and does not take its age for jitter', () => {
    // Somebody joins a running stream and gets its last two seconds at once.
    const backlog = stream(100, seq => 2000 - seq * frameMs)
    const live = stream(600, () => 20, { from: 100 })
    const { played, buffer } = play([...backlog, ...live])
    expect(framesOf(played)[0]).toBeGreaterThan(90)
    expect(Math.max(...delays(played, 150, 600))).toBeLessThan(20 + 80 + 3 * frameMs)
    expect(buffer.targetMs).toBe(40)
  })

  it.each([-200, 200])('neither runs dry nor fills up when the clocks differ by %i ppm', ppm => {
    const next = random(7)
    const frames = 30_000
    const { played, stats, levels } = play(
      stream(frames, () => 20 + 20 * next(), { periodMs: frameMs * (1 + ppm * 1e-6) })
    )
    // 200 ppm of ten minutes are 120 ms, or 6 frames.
    expect(stats.skipped + stats.concealed).toBeGreaterThan(3)
    expect(stats.skipped + stats.concealed).toBeLessThan(12)
    expect(stats.lost).toBe(0)
    expect(Math.max(...levels)).toBeLessThanOrEqual(100)
    expect(framesOf(played).length + stats.skipped).toBe(frames)
  })

  it('begins again with another stream after a reset', () => {
    const buffer = new JitterBuffer<Frame>({ initialTargetMs: 40 })
    for (const { at, frame } of stream(1005, () => 0, { from: 1000 })) buffer.push(frame, at)
    expect(buffer.pop(20_040)).toMatchObject({ type: 'frame', frame: { seq: 1000 } })
    buffer.reset()
    expect(buffer.pop(20_060)).toEqual({ type: 'wait' })
    buffer.push({ seq: 0, ptsUs: 0 }, 20_100)
    expect(buffer.pop(20_110)).toEqual({ type: 'wait' })
    expect(buffer.pop(20_140)).toMatchObject({ type: 'frame', frame: { seq: 0 } })
  })

  it('begins again by itself when a publisher starts over without a word', () => {
    const before = stream(1000, () => 30, { from: 500 })
    const after = stream(400, () => 20_030)
    const { played } = play([...before, ...after])
    expect(framesOf(played).at(-1)).toBe(399)
    expect(framesOf(played).filter((seq, i, all) => i > 0 && seq < (all[i - 1] as number))).toHaveLength(1)
  })

  it('holds no more than two seconds when nobody asks', () => {
    const buffer = new JitterBuffer<Frame>()
    for (const { at, frame } of stream(10_000, () => 0)) buffer.push(frame, at)
    expect(buffer.stats.bufferedMs).toBe(2000)
    expect(buffer.stats.skipped).toBe(9900)
  })

  it('does not make up for the time in which its caller slept', () => {
    const buffer = new JitterBuffer<Frame>()
    const pop = (now: number) => {
      let slots = 0
      while (buffer.pop(now).type !== 'wait') slots++
      return slots
    }
    for (let now = 0; now < 2000; now += frameMs) {
      buffer.push({ seq: now / frameMs, ptsUs: now * 1000 }, now)
      pop(now)
    }
    expect(pop(60_000)).toBe(1)
  })

  it('never plays a frame twice or goes back, and stays within its limits, whatever comes', () => {
    const arrival = fc.record({
      seq: fc.nat(300),
      jitterMs: fc.oneof(fc.nat(50), fc.nat(800)),
      copies: fc.integer({ min: 0, max: 2 })
    })
    fc.assert(
      fc.property(
        fc.array(arrival, { maxLength: 400 }),
        fc.array(fc.integer({ min: 1, max: 90 })),
        (frames, naps) => {
          const arrivals = frames
            .flatMap(({ seq, jitterMs, copies }) =>
              range(0, copies).map(copy => ({
                at: seq * frameMs + jitterMs + copy * 30,
                frame: { seq, ptsUs: seq * frameMs * 1000 }
              }))
            )
            .sort((a, b) => a.at - b.at)
          const buffer = new JitterBuffer<Frame>()
          let last = -1
          let next = 0
          for (let now = 0, i = 0; now < 8000; now += naps[i++ % naps.length] ?? 10) {
            for (let a = arrivals[next]; a && a.at <= now; a = arrivals[++next]) buffer.push(a.frame, a.at)
            for (let slot = buffer.pop(now); slot.type !== 'wait'; slot = buffer.pop(now)) {
              if (slot.type === 'conceal') continue
              for (const { seq } of [...slot.skipped, slot.frame]) {
                expect(seq).toBeGreaterThan(last)
                last = seq
              }
            }
            expect(buffer.stats.bufferedMs).toBeLessThanOrEqual(2000)
            expect(buffer.targetMs).toBeLessThanOrEqual(600)
          }
          const { received, played, late, duplicates, skipped, bufferedMs } = buffer.stats
          expect(played + late + duplicates + skipped + bufferedMs / frameMs).toBe(received)
        }
      )
    )
  })
})
