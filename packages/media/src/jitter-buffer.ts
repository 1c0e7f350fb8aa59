/**
 * Frames arrive unevenly and are played evenly; between the two lies this buffer. It is pure: time comes in with each
 * call, in milliseconds, and ought to be the clock of whoever consumes the sound (a sound card's), since that is the
 * clock that frames have to keep up with.
 *
 * **How late to play.** The target delay is the one with which nearly all of the frames of the last seconds would have
 * been in time (`arrival-lateness.ts`), within limits. Two windows make it rise within a few frames when the network
 * gets worse, and fall slowly: a single stall is forgotten after two seconds, trouble that comes back only after half a
 * minute. This is the idea of NetEQ, WebRTC's buffer, which keeps a histogram of relative delays and takes a high
 * quantile; quantiles of the delay and a quick attack with a slow decay go back to Moon, Kurose and Towsley (1998) and
 * Ramjee, Kurose, Towsley and Schulzrinne (INFOCOM 1994).
 *
 * **When.** Playing is divided into slots of one frame. The first frame starts the slots when it has waited for the
 * target; from then on each `pop` at or after a slot's time fills that slot, in the order of sequence numbers:
 *
 * 1. The next frame is there: play it.
 * 2. It is missing but a later one is there: it is lost, now that it should be heard. Conceal it and go on behind it.
 * 3. Nothing is there: conceal, and stay where we are. What comes next is still worth hearing, and is then played later
 *    than planned, which is just what a network that has become slower asks for. If frames turn out to be missing when
 *    something arrives, they have been concealed already, and are left out.
 * 4. Nothing came for `stallMs`: the way is broken. Go on concealing (which is silence by now), and start like at first
 *    when frames come again, at the newest ones that the target allows.
 *
 * **Back to the target.** The delay of a slot is its time minus when its frame would have been there on the best way.
 * Whenever it is above the target by more than `shrinkAboveMs`, a frame is left out, at most one in `adjustEveryMs`:
 * after a stall the delay returns to the target at a tenth of the playing speed. When it is above by more than
 * `skipAboveMs`, or more frames wait than `framesMax`, everything too old is left out at once. When it is below by
 * more than `growBelowMs`, one slot is concealed. The same two corrections absorb clocks that drift apart, once every
 * few minutes at most.
 *
 * **Order.** Each sequence number is played at most once and never after a greater one: `#next` only grows. What comes
 * for a slot that is past is counted as late, what comes twice as a duplicate.
 */
import { ArrivalLateness } from './arrival-lateness.ts'

export interface JitterFrame {
  /** Grows by one with each frame of the stream. */
  seq: number
  ptsUs: number
}

export interface JitterBufferOptions {
  /** The delay at the start, until enough has been measured. Milliseconds. */
  initialTargetMs?: number
  minTargetMs?: number
  maxTargetMs?: number
}

export type JitterSlot<F> =
  /** Play it. The `skipped` ones before it are left out; a decoder that keeps state still wants to see them. */
  | { type: 'frame'; frame: F; skipped: F[] }
  /** Play something in place of a frame. */
  | { type: 'conceal' }
  /** It is not yet time for the next slot, or nothing has come yet. */
  | { type: 'wait' }

export interface JitterBufferStats {
  bufferedMs: number
  targetMs: number
  received: number
  played: number
  /** Not there when they should have been played; some of them came later and are in `late`, too. */
  lost: number
  late: number
  duplicates: number
  /** Left out to lower the delay. */
  skipped: number
  /** Slots that were filled with something else than a frame, stalls not counted. */
  concealed: number
}

const frameMs = 20
/** Two seconds. */
const framesMax = 100
/** So many frames make a measurement; before, the target is at least the initial one. */
const measuredFramesMin = 50
const stallMs = 1000
const adjustEveryMs = 200
const shrinkAboveMs = 2 * frameMs
const growBelowMs = frameMs
const skipAboveMs = 25 * frameMs
/** A caller that slept longer than this does not get the slots it missed. */
const missedSlotsMaxMs = 200
/** A transit that jumps by this much, or so many late frames in a row: another clock, another stream. Start again. */
const transitJumpMs = 10_000
const lateRunMax = 100

export class JitterBuffer<F extends JitterFrame = JitterFrame> {
  readonly #options: Required<JitterBufferOptions>
  readonly #lateness = new ArrivalLateness()
  readonly #frames = new Map<number, F>()
  readonly #counters = { received: 0, played: 0, lost: 0, late: 0, duplicates: 0, skipped: 0, concealed: 0 }
  /** Numbers that came, as far back as late frames are told from duplicates. */
  readonly #seen = new Set<number>()
  /** What to play next; undefined until the first frame is played. */
  #next: number | undefined
  /** When the next slot begins; undefined until the first frame is played. */
  #slotAt: number | undefined
  /** True at the start and in a stall: frames are collected until the first of them is due. */
  #filling = true
  #starvedMs = 0
  #adjustedAt = Number.NEGATIVE_INFINITY
  #lastTransitMs: number | undefined
  #lateRun = 0

  /** Defaults: 80 ms at the start, then between 40 ms (two frames) and 600 ms. */
  constructor({ initialTargetMs = 80, minTargetMs = 40, maxTargetMs = 600 }: JitterBufferOptions = {}) {
    this.#options = { initialTargetMs, minTargetMs, maxTargetMs }
  }

  /** How long after the earliest possible moment frames are meant to be played, milliseconds. */
  get targetMs(): number {
    const { initialTargetMs, minTargetMs, maxTargetMs } = this.#options
    const least =
      this.#lateness.frames < measuredFramesMin ? Math.max(initialTargetMs, minTargetMs) : minTargetMs
    return Math.min(maxTargetMs, Math.max(least, this.#lateness.wantedMs))
  }

  get stats(): JitterBufferStats {
    return { ...this.#counters, bufferedMs: this.#frames.size * frameMs, targetMs: this.targetMs }
  }

  /** A frame came. */
  push(frame: F, now: number): void {
    this.#counters.received++
    const transitMs = now - frame.ptsUs / 1000
    if (this.#isAnotherStream(transitMs)) this.reset()
    this.#lastTransitMs = transitMs
    if (this.#seen.has(frame.seq)) {
      this.#counters.duplicates++
      return
    }
    this.#remember(frame.seq)
    if (this.#filling) this.#lateness.observeBacklog(transitMs)
    else this.#lateness.observe(transitMs)
    if (this.#next !== undefined && frame.seq < this.#next) {
      this.#onLate(frame, now)
      return
    }
    this.#lateRun = 0
    this.#frames.set(frame.seq, frame)
    if (this.#frames.size > framesMax) this.#dropOldest()
  }

  /** What to play in the slot that is due, if one is. Call it until it says `wait`, at least once in 20 ms. */
  pop(now: number): JitterSlot<F> {
    if (this.#slotAt !== undefined) {
      if (now < this.#slotAt) return { type: 'wait' }
      if (now - this.#slotAt > missedSlotsMaxMs) this.#slotAt = now
    }
    const slot = this.#filling ? this.#fillFirstSlot(now) : this.#fillSlot(this.#slotAt as number)
    if (slot.type === 'frame') this.#onPlay(slot.frame, slot.skipped.length)
    if (slot.type !== 'wait') this.#slotAt = (this.#slotAt ?? now) + frameMs
    return slot
  }

  /** Forgets everything but the counters: another stream begins. */
  reset(): void {
    this.#frames.clear()
    this.#seen.clear()
    this.#lateness.reset()
    this.#next = undefined
    this.#slotAt = undefined
    this.#filling = true
    this.#starvedMs = 0
    this.#lastTransitMs = undefined
    this.#lateRun = 0
  }

  /** At the start and after a stall. What is too old by now is left out, so that a backlog does not become a delay. */
  #fillFirstSlot(now: number): JitterSlot<F> {
    const skipped = this.#skipWhile(frame => this.#delayMs(frame, now) >= this.targetMs + frameMs)
    const frame = this.#first()
    if (frame === undefined || this.#delayMs(frame, now) < this.targetMs) {
      // Sound that has begun goes on, if only as silence, so that its consumer's queue does not run dry.
      return this.#slotAt === undefined ? { type: 'wait' } : { type: 'conceal' }
    }
    this.#filling = false
    return { type: 'frame', frame, skipped }
  }

  #fillSlot(slotAt: number): JitterSlot<F> {
    const frame = this.#first()
    if (frame === undefined) return this.#starve()
    const delayMs = this.#delayMs(frame, slotAt)
    if (frame.seq > (this.#next as number)) {
      const concealedAlready = this.#starvedMs > 0 && delayMs >= this.targetMs - frameMs / 2
      if (!concealedAlready) {
        this.#next = (this.#next as number) + 1
        this.#counters.lost++
        return this.#conceal()
      }
    }
    return this.#adjust(frame, delayMs, slotAt)
  }

  /** The frame, or what brings the delay nearer to the target. */
  #adjust(frame: F, delayMs: number, slotAt: number): JitterSlot<F> {
    const excessMs = delayMs - this.targetMs
    if (excessMs > skipAboveMs) {
      const skipped = this.#skipWhile(frame => this.#delayMs(frame, slotAt) >= this.targetMs + frameMs)
      return { type: 'frame', frame: this.#first() ?? frame, skipped }
    }
    const next = this.#frames.get(frame.seq + 1)
    if (slotAt - this.#adjustedAt >= adjustEveryMs) {
      if (excessMs > shrinkAboveMs && next !== undefined) {
        this.#adjustedAt = slotAt
        this.#skip(frame)
        return { type: 'frame', frame: next, skipped: [frame] }
      }
      if (excessMs < -growBelowMs) {
        this.#adjustedAt = slotAt
        return this.#conceal()
      }
    }
    return { type: 'frame', frame, skipped: [] }
  }

  #starve(): JitterSlot<F> {
    this.#starvedMs += frameMs
    if (this.#starvedMs >= stallMs) {
      this.#filling = true
      this.#starvedMs = 0
    }
    // Counted when sound goes on: the end of a stream looks the same.
    return { type: 'conceal' }
  }

  #conceal(): JitterSlot<F> {
    this.#counters.concealed++
    return { type: 'conceal' }
  }

  #onPlay(frame: F, skippedBefore: number): void {
    this.#counters.played++
    if (this.#next !== undefined) this.#counters.lost += frame.seq - this.#next - skippedBefore
    this.#next = frame.seq + 1
    this.#frames.delete(frame.seq)
    this.#counters.concealed += this.#starvedMs / frameMs
    this.#starvedMs = 0
  }

  #onLate(frame: F, now: number): void {
    this.#counters.late++
    this.#lateRun++
    if (this.#lateRun < lateRunMax) return
    // Numbers that stay behind ours belong to a publisher that began anew.
    this.reset()
    this.#lateness.observeBacklog(now - frame.ptsUs / 1000)
    this.#frames.set(frame.seq, frame)
  }

  #isAnotherStream(transitMs: number): boolean {
    return this.#lastTransitMs !== undefined && Math.abs(transitMs - this.#lastTransitMs) > transitJumpMs
  }

  /** How long after its earliest possible arrival the frame would be played at `at`. */
  #delayMs(frame: F, at: number): number {
    return at - frame.ptsUs / 1000 - this.#lateness.bestTransitMs
  }

  #first(): F | undefined {
    let lowest: number | undefined
    for (const seq of this.#frames.keys()) if (lowest === undefined || seq < lowest) lowest = seq
    return lowest === undefined ? undefined : this.#frames.get(lowest)
  }

  /** Leaves out the oldest frames as long as they are too old, but not the last one. */
  #skipWhile(isTooOld: (frame: F) => boolean): F[] {
    const skipped: F[] = []
    for (
      let frame = this.#first();
      frame && this.#frames.size > 1 && isTooOld(frame);
      frame = this.#first()
    ) {
      skipped.push(frame)
      this.#skip(frame)
    }
    return skipped
  }

  #dropOldest(): void {
    const oldest = this.#first() as F
    this.#skip(oldest)
    if (this.#next === undefined) return
    this.#counters.lost += oldest.seq - this.#next
    this.#next = oldest.seq + 1
  }

  #skip(frame: F): void {
    this.#frames.delete(frame.seq)
    this.#counters.skipped++
  }

  #remember(seq: number): void {
    this.#seen.add(seq)
    // A Set keeps the order of insertion: the first one is the one that came longest ago.
    if (this.#seen.size > 4 * framesMax) this.#seen.delete(this.#seen.values().next().value as number)
  }
}
