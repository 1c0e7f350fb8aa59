import type { Counts } from './reports.ts'

/** How far back a late object is told from one that came twice: 20 s of frames. */
const windowLength = 1024

/** Counts what came of one run of one publisher, from its sequence numbers. */
class Run {
  unique = 0
  #first = -1
  #highest = -1
  /** The sequence number that was last seen at each place of the window. */
  readonly #seen = new Float64Array(windowLength).fill(-1)

  /** Missing between the first and the last that came. */
  get lost(): number {
    return this.#highest === -1 ? 0 : this.#highest - this.#first + 1 - this.unique
  }

  add(seq: number): 'next' | 'late' | 'duplicate' {
    const place = seq % windowLength
    if (this.#seen[place] === seq || (this.#highest !== -1 && seq <= this.#highest - windowLength))
      return 'duplicate'
    this.#seen[place] = seq
    this.unique++
    if (this.#highest === -1) this.#first = seq
    const isNext = seq > this.#highest
    if (isNext) this.#highest = seq
    else if (seq < this.#first) this.#first = seq
    return isNext ? 'next' : 'late'
  }
}

/** Counts over all runs. A new run begins to count at its first object. */
export class SequenceCounter {
  #run = new Run()
  #key = ''
  #framesBefore = 0
  #lostBefore = 0
  #duplicates = 0
  #outOfOrder = 0

  /** The stream begins, or goes on after an interruption: the same publisher and epoch are the same run. */
  start(publisher: string, epoch: number): void {
    const key = `${publisher} ${epoch}`
    if (key === this.#key) return
    this.#key = key
    this.#framesBefore += this.#run.unique
    this.#lostBefore += this.#run.lost
    this.#run = new Run()
  }

  /** @returns what it is: the newest so far, one that others have overtaken, or one that was here already */
  add(seq: number): 'next' | 'late' | 'duplicate' {
    const kind = this.#run.add(seq)
    if (kind === 'duplicate') this.#duplicates++
    if (kind === 'late') this.#outOfOrder++
    return kind
  }

  get counts(): Counts {
    return {
      frames: this.#framesBefore + this.#run.unique,
      lost: this.#lostBefore + this.#run.lost,
      duplicates: this.#duplicates,
      outOfOrder: this.#outOfOrder
    }
  }
}
