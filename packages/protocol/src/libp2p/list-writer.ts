/**
 * Covers what this node publishes with signed lists (RFC 2, section "Object lists"): one at least every 200 ms while
 * objects are written, and one each second that says that there are none.
 */
import { type Millis, type ObjectHash, objectHash, type StreamId } from '../ids.ts'
import { listObjectsMax } from '../wire/limits.ts'
import type { ObjectFrame, ObjectHeader, ObjectList } from '../wire/messages.ts'
import { objectNumber } from '../wire/object.ts'

export const listIntervalMs: Millis = 200
const heartbeatMs: Millis = 1_000

/** The lists of one stream, as `lists` in its header says which of them it is. */
interface ListSink {
  sign: (of: Pick<ObjectHeader, 'stream' | 'lists'>, list: ObjectList) => Promise<Uint8Array>
  /** Sends a list. */
  write: (payload: Uint8Array) => void
}

export class ListWriter {
  readonly #stream: StreamId
  readonly #sink: ListSink
  /** Of the objects that no list covers yet, the last of which has the number before `#next`. */
  #hashes: ObjectHash[] = []
  #next = 0
  #lists = 0
  #listedAt: Millis = Number.NEGATIVE_INFINITY
  /** Lists are signed one after the other: the header of each says how many came before. */
  #writing: Promise<void> = Promise.resolve()
  #isWriting = false
  #isClosed = false

  constructor(stream: StreamId, sink: ListSink) {
    this.#stream = stream
    this.#sink = sink
  }

  /** An object was sent. */
  add({ header, bytes }: ObjectFrame, now: Millis): void {
    this.#hashes.push(objectHash(bytes))
    this.#next = objectNumber(header) + 1
    if (this.#hashes.length >= listObjectsMax) this.#flush(false, now)
  }

  /** To be called every `listIntervalMs`. */
  tick(now: Millis): void {
    const isDue = this.#hashes.length > 0 || now - this.#listedAt >= heartbeatMs
    if (isDue && !this.#isWriting) this.#flush(false, now)
  }

  /** Sends the last list, to which nothing may be added, and resolves when it was sent. */
  async finish(now: Millis): Promise<void> {
    this.#flush(true, now)
    await this.#writing
  }

  /** Nothing more is sent: the stream is no more. */
  close(): void {
    this.#isClosed = true
  }

  #flush(final: boolean, now: Millis): void {
    const hashes = this.#hashes
    const next = this.#next
    this.#hashes = []
    this.#listedAt = now
    this.#isWriting = true
    this.#writing = this.#writing.then(async () => {
      await this.#write({ next, final, hashes })
      this.#isWriting = false
    })
  }

  async #write(list: ObjectList): Promise<void> {
    const payload = await this.#sink.sign({ stream: this.#stream, lists: this.#lists }, list)
    this.#lists++
    if (!this.#isClosed) this.#sink.write(payload)
  }
}
