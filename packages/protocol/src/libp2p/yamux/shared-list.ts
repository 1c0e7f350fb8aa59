import { Uint8ArrayList } from 'uint8arraylist'

/**
 * Bytes that go to many, and change no more. Neighbours number their streams alike, so what stands around the bytes is mostly the
 * same, too, and is put together once.
 */
export class SharedList extends Uint8ArrayList {
  #streamId: number | undefined
  #frame: Uint8Array | undefined

  /** What `make` made for a stream of this number before, or makes now. */
  frame(streamId: number, make: () => Uint8Array): Uint8Array {
    if (this.#frame === undefined || this.#streamId !== streamId) {
      this.#frame = make()
      this.#streamId = streamId
    }
    return this.#frame
  }
}
