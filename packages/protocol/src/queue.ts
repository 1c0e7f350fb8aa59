/**
 * The objects that wait for one neighbour, and which of them give way when its link carries less than there is to send
 * (RFC 1, section "Queues"). What is below, in the transport, is in order and out of reach; so as little as possible is
 * handed down at a time, and all choice is here.
 *
 * Hot path: an object goes to each of hundreds of children, nearly always past an empty queue (`libp2p/fan-out.ts`). Where it
 * does not, `push` is a look-up and two list ends, `take` the same without the look-up; whatever searches or loops does so
 * only when objects are dropped.
 */
import type { Config } from './config.ts'
import type { Millis, StreamId } from './ids.ts'
import type { ObjectFrame } from './wire/messages.ts'

/**
 * Why an object was dropped: `overflow`, for the queue's limits of frames, bytes or waiting time; `expired`, for its
 * own deadline; `waitsForKey`, because it needs one that was dropped.
 */
export type DropReason = 'overflow' | 'expired' | 'waitsForKey'
export type DropCounts = Record<DropReason, number>

/** An object that waits, in two lists at once: those of its priority, and those of its stream. Both by arrival. */
interface Slot {
  readonly object: ObjectFrame
  readonly at: Millis
  readonly expiresAt: Millis
  readonly level: Level
  readonly stream: Stream
  previousInLevel: Slot | undefined
  nextInLevel: Slot | undefined
  previousInStream: Slot | undefined
  nextInStream: Slot | undefined
}

interface Level {
  readonly priority: number
  first: Slot | undefined
  last: Slot | undefined
}

interface Stream {
  readonly id: StreamId
  first: Slot | undefined
  last: Slot | undefined
  /** The newest seqno that was dropped, since the last key object; -1 for none. Nothing behind it can be decoded. */
  brokenSeq: number
}

export class ObjectQueue {
  readonly #config: Config
  readonly #dropped: DropCounts
  /** In the order in which they leave. A level stays once it is there: there are 256 at most, and mostly two or three. */
  readonly #levels: Level[] = []
  readonly #streams = new Map<StreamId, Stream>()
  /** So many streams, and those that nothing is known of are forgotten. */
  #forgetAt: number
  /** Streams of which an object was dropped, so that others need a key object first. */
  #brokenStreams = 0
  #size = 0
  #bytes = 0
  #countedFrom: Millis = Number.NEGATIVE_INFINITY

  /** @param dropped is added to; several queues may share it */
  constructor(config: Config, dropped: DropCounts) {
    this.#config = config
    this.#dropped = dropped
    this.#forgetAt = config.subscriptionsPerNeighbourMax
  }

  /** Objects that wait. */
  get size(): number {
    return this.#size
  }

  /** Whether an object of the stream that is pushed could be taken at once: nothing waits, and nothing that it may need was dropped. */
  isClear(stream: StreamId): boolean {
    if (this.#size > 0) return false
    return this.#brokenStreams === 0 || (this.#streams.get(stream)?.brokenSeq ?? -1) < 0
  }

  /** Bytes of the objects that wait. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Takes an object in, and drops what has to give way for it: maybe the object itself.
   *
   * @param expiresAt when it becomes worthless, in this node's time (`Deadlines`); Infinity for never
   */
  push(object: ObjectFrame, expiresAt: Millis, now: Millis): void {
    const { stream: id, seq, key, end, list, priority } = object.header
    const stream = this.#streams.get(id) ?? this.#newStream(id)
    if (stream.brokenSeq >= 0 && !list) {
      // A key object that came late, from another parent, is of use, but those after the gap need one after it.
      if (key && seq > stream.brokenSeq) this.#setBroken(stream, -1)
      else if (!key && !end) return this.#dropBroken(stream, seq)
    }
    // Ends and lists have the first priority: there, one would take all that waits of its stream along, ahead of the
    // others' audio.
    const level = (end || list) && stream.last !== undefined ? stream.last.level : this.#level(priority)
    this.#append(object, expiresAt, now, level, stream)
    if (this.#isOver()) this.#makeRoom(now)
  }

  /**
   * The next objects to send, and no longer here: by priority, then by arrival. None overtakes an earlier one of its own
   * stream; those leave with it. What is too late is dropped instead.
   *
   * @param bytesMax how much may be taken; one object is, whatever its size
   */
  take(bytesMax: number, now: Millis): ObjectFrame[] {
    const taken: ObjectFrame[] = []
    let bytes = 0
    for (const level of this.#levels) {
      while (level.first !== undefined) {
        const slot = level.first.stream.first as Slot
        const reason = this.#lateness(slot, now)
        if (reason !== undefined) {
          this.#drop(slot, reason)
          continue
        }
        bytes += slot.object.bytes.length
        if (taken.length > 0 && bytes > bytesMax) return taken
        this.#remove(slot)
        taken.push(slot.object)
      }
    }
    return taken
  }

  /** Until now nothing could leave, as no way was open: the waiting time of what is here is counted from now. */
  resume(now: Millis): void {
    this.#countedFrom = now
  }

  clear(): void {
    this.#levels.length = 0
    this.#streams.clear()
    this.#brokenStreams = 0
    this.#size = 0
    this.#bytes = 0
  }

  // Dropping

  #isOver(): boolean {
    return this.#size > this.#config.queueFramesMax || this.#bytes > this.#config.queueBytesMax
  }

  /** What is late goes first, then the oldest of the last priority: new objects are worth more than old ones. */
  #makeRoom(now: Millis): void {
    for (const level of this.#levels) {
      while (level.first !== undefined) {
        const reason = this.#lateness(level.first, now)
        if (reason === undefined) break
        this.#drop(level.first, reason)
      }
    }
    for (let i = this.#levels.length - 1; i >= 0 && this.#isOver(); i--) {
      const level = this.#levels[i] as Level
      // Each may take others along, so the list is read anew.
      let slot = firstButEnds(level)
      while (slot !== undefined && this.#isOver()) {
        this.#drop(slot, 'overflow')
        slot = firstButEnds(level)
      }
    }
    // Ends alone: as many streams have ended as frames may wait. A child learns of an end by asking again, too.
    for (const level of this.#levels) {
      while (level.first !== undefined && this.#isOver()) this.#drop(level.first, 'overflow')
    }
  }

  #lateness(slot: Slot, now: Millis): DropReason | undefined {
    if (slot.object.header.end) return undefined
    if (now > slot.expiresAt) return 'expired'
    return now - Math.max(slot.at, this.#countedFrom) > this.#config.queueWaitMaxMs ? 'overflow' : undefined
  }

  /** Drops an object, and with it all that needs it: the later ones of its stream, up to the next key object. */
  #drop(slot: Slot, reason: DropReason): void {
    const { stream } = slot
    const { seq } = slot.object.header
    let brokenSeq = seq
    let next = slot.nextInStream
    this.#remove(slot)
    this.#dropped[reason]++
    // No object needs a list, and a list needs none.
    if (slot.object.header.list) return
    while (next !== undefined) {
      const { header } = next.object
      const following: Slot | undefined = next.nextInStream
      if (header.list) {
        next = following
        continue
      }
      if (header.end || (header.key && header.seq > brokenSeq)) return
      // One that came late may be older.
      if (!header.key && header.seq > seq) {
        brokenSeq = Math.max(brokenSeq, header.seq)
        this.#remove(next)
        this.#dropped.waitsForKey++
      }
      next = following
    }
    this.#setBroken(stream, Math.max(stream.brokenSeq, brokenSeq))
  }

  #dropBroken(stream: Stream, seq: number): void {
    this.#setBroken(stream, Math.max(stream.brokenSeq, seq))
    this.#dropped.waitsForKey++
  }

  #setBroken(stream: Stream, seq: number): void {
    const change = Number(seq >= 0) - Number(stream.brokenSeq >= 0)
    stream.brokenSeq = seq
    if (change !== 0 && this.#isKnown(stream)) this.#brokenStreams += change
  }

  // Lists

  #append(object: ObjectFrame, expiresAt: Millis, at: Millis, level: Level, stream: Stream): void {
    const slot: Slot = {
      object,
      at,
      expiresAt,
      level,
      stream,
      previousInLevel: level.last,
      nextInLevel: undefined,
      previousInStream: stream.last,
      nextInStream: undefined
    }
    if (level.last === undefined) level.first = slot
    else level.last.nextInLevel = slot
    level.last = slot
    if (stream.last === undefined) stream.first = slot
    else stream.last.nextInStream = slot
    stream.last = slot
    this.#size++
    this.#bytes += object.bytes.length
  }

  #remove(slot: Slot): void {
    const { level, stream, object } = slot
    if (slot.previousInLevel === undefined) level.first = slot.nextInLevel
    else slot.previousInLevel.nextInLevel = slot.nextInLevel
    if (slot.nextInLevel === undefined) level.last = slot.previousInLevel
    else slot.nextInLevel.previousInLevel = slot.previousInLevel
    if (slot.previousInStream === undefined) stream.first = slot.nextInStream
    else slot.previousInStream.nextInStream = slot.nextInStream
    if (slot.nextInStream === undefined) stream.last = slot.previousInStream
    else slot.nextInStream.previousInStream = slot.previousInStream
    // A slot that outlived a few collections would keep all that came after it, long gone, from being collected.
    slot.nextInLevel = undefined
    slot.nextInStream = undefined
    this.#size--
    this.#bytes -= object.bytes.length
    if (object.header.end) this.#forget(stream)
  }

  #level(priority: number): Level {
    let i = 0
    for (; i < this.#levels.length; i++) {
      const level = this.#levels[i] as Level
      if (level.priority === priority) return level
      if (level.priority > priority) break
    }
    const level: Level = { priority, first: undefined, last: undefined }
    this.#levels.splice(i, 0, level)
    return level
  }

  /**
   * Streams that the neighbour has left, or whose end did not wait here, leave a row behind. The rows without anything
   * waiting go when there are too many; one that was broken may then give a few objects that cannot be decoded.
   */
  #newStream(id: StreamId): Stream {
    if (this.#streams.size >= this.#forgetAt) {
      for (const other of this.#streams.values()) if (other.first === undefined) this.#forget(other)
      this.#forgetAt = Math.max(this.#config.subscriptionsPerNeighbourMax, 2 * this.#streams.size)
    }
    const stream: Stream = { id, first: undefined, last: undefined, brokenSeq: -1 }
    this.#streams.set(id, stream)
    return stream
  }

  #forget(stream: Stream): void {
    if (!this.#isKnown(stream)) return
    this.#setBroken(stream, -1)
    this.#streams.delete(stream.id)
  }

  /** One that has ended is not, though objects that came behind its end may still wait. */
  #isKnown(stream: Stream): boolean {
    return this.#streams.get(stream.id) === stream
  }
}

function firstButEnds(level: Level): Slot | undefined {
  let slot = level.first
  while (slot?.object.header.end === true) slot = slot.nextInLevel
  return slot
}
