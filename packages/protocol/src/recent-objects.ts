/**
 * The recent objects of one stream, in the order they came in (RFC 1, section "Objects").
 *
 * What is kept is bytes in a ring, and a row of numbers for each object. As objects of the language they would live just long
 * enough to be moved by each collection of garbage, and then be garbage: of a relay that passes on thousands a second, this
 * was most of its pauses.
 */
import type { Millis } from './ids.ts'
import type { ObjectFrame } from './wire/messages.ts'
import { parseObject } from './wire/object.ts'

/** A row: when it came, its seqno, where its bytes begin, and how many they are. */
const rowLength = 4
const rowsMin = 8
const bytesMin = 1_024
/** The ring is so much longer than what it has to hold: it is not moved at each object that finds no room at its end. */
const slack = 1.25
/** Most streams that a relay knows have nothing at the moment. */
const [noBytes, noRows] = [new Uint8Array(), new Float64Array()]

export class RecentObjects {
  #ring = noBytes
  /** Rows, also a ring. */
  #rows = noRows
  /** The number of the row of the oldest. */
  #first = 0
  #count = 0
  /** Behind the bytes of the newest. */
  #end = 0
  #bytes = 0

  /** How many bytes the objects have. */
  get bytes(): number {
    return this.#bytes
  }

  /** What is taken for them, room to spare included. */
  get memoryBytes(): number {
    return this.#ring.byteLength + this.#rows.byteLength
  }

  /** When the oldest came. */
  get oldestAt(): Millis | undefined {
    return this.#count === 0 ? undefined : this.#at(0)
  }

  push({ header, bytes }: ObjectFrame, now: Millis): void {
    const { length } = bytes
    let begin = this.#place(length)
    if (begin === undefined) {
      this.#moveBytes(lengthFor(this.#bytes + length))
      begin = this.#end
    }
    if (this.#count * rowLength === this.#rows.length) this.#moveRows(2 * this.#count)
    this.#ring.set(bytes, begin)
    const row = this.#row(this.#count++)
    this.#rows[row] = now
    this.#rows[row + 1] = header.seq
    this.#rows[row + 2] = begin
    this.#rows[row + 3] = length
    this.#end = begin + length
    this.#bytes += length
  }

  /** Lets the oldest go, and says how many bytes it had; 0 when there is none. */
  shift(): number {
    if (this.#count === 0) return 0
    const length = this.#length(0)
    this.#first = (this.#first + 1) % (this.#rows.length / rowLength)
    this.#count--
    this.#bytes -= length
    if (this.#count === 0) this.#end = 0
    return length
  }

  /**
   * Those whose seqnos are from `first` to `last`, the last that came first. Each is made when it is asked for, with bytes of its own;
   * until then there is to be no `push`, `shift` or `trim`.
   */
  *newestFirst(first: number, last: number): Iterable<ObjectFrame> {
    for (let i = this.#count - 1; i >= 0; i--) {
      const seq = this.#seq(i)
      if (seq < first || seq > last) continue
      const begin = this.#begin(i)
      yield parseObject(this.#ring.slice(begin, begin + this.#length(i)))
    }
  }

  /** When the object came; undefined when it is not here. */
  cameAt(seq: number): Millis | undefined {
    for (let i = 0; i < this.#count; i++) if (this.#seq(i) === seq) return this.#at(i)
    return undefined
  }

  /** The least and the greatest seqno. */
  extent(): { oldest: number; newest: number } | undefined {
    let oldest = Number.POSITIVE_INFINITY
    let newest = Number.NEGATIVE_INFINITY
    for (let i = 0; i < this.#count; i++) {
      oldest = Math.min(oldest, this.#seq(i))
      newest = Math.max(newest, this.#seq(i))
    }
    return this.#count === 0 ? undefined : { oldest, newest }
  }

  /** Gives back the room that a larger rate, or another time, has needed. */
  trim(): void {
    if (this.#count === 0) {
      this.#ring = noBytes
      this.#rows = noRows
      this.#first = 0
      return
    }
    const bytes = lengthFor(this.#bytes)
    if (this.#ring.length > 2 * bytes) this.#moveBytes(bytes)
    const rows = Math.max(rowsMin, 2 * this.#count)
    if (this.#rows.length > 2 * rowLength * rows) this.#moveRows(rows)
  }

  /** Where so many bytes have room, in one piece, behind the newest; undefined when they have not. */
  #place(length: number): number | undefined {
    const end = this.#end
    const begin = this.#count === 0 ? 0 : this.#begin(0)
    // The free bytes are between the newest and the oldest, or before the oldest and behind the newest.
    if (this.#count > 0 && end <= begin) return begin - end >= length ? end : undefined
    if (this.#ring.length - end >= length) return end
    return begin >= length ? 0 : undefined
  }

  /** To another ring, one behind the other from its begin on. */
  #moveBytes(length: number): void {
    const ring = new Uint8Array(length)
    let end = 0
    for (let i = 0; i < this.#count; i++) {
      const begin = this.#begin(i)
      ring.set(this.#ring.subarray(begin, begin + this.#length(i)), end)
      this.#rows[this.#row(i) + 2] = end
      end += this.#length(i)
    }
    this.#ring = ring
    this.#end = end
  }

  #moveRows(count: number): void {
    const rows = new Float64Array(rowLength * Math.max(rowsMin, count))
    for (let i = 0; i < this.#count; i++) {
      const row = this.#row(i)
      rows.set(this.#rows.subarray(row, row + rowLength), rowLength * i)
    }
    this.#rows = rows
    this.#first = 0
  }

  // Of the i-th oldest

  #row(i: number): number {
    return (rowLength * (this.#first + i)) % this.#rows.length
  }

  #at(i: number): Millis {
    return this.#rows[this.#row(i)] as number
  }

  #seq(i: number): number {
    return this.#rows[this.#row(i) + 1] as number
  }

  #begin(i: number): number {
    return this.#rows[this.#row(i) + 2] as number
  }

  #length(i: number): number {
    return this.#rows[this.#row(i) + 3] as number
  }
}

function lengthFor(bytes: number): number {
  return Math.max(bytesMin, Math.ceil(slack * bytes))
}
