import { Uint8ArrayList } from 'uint8arraylist'

/**
 * Bytes that go to many, and change no more. What stands around them is mostly the same for all, too, and is put together once: of
 * yamux a frame, since neighbours number their streams alike; of WebRTC messages.
 */
export class SharedList extends Uint8ArrayList {
  #streamId: number | undefined
  #frame: Uint8Array | undefined
  #payloadBytesMax: number | undefined
  #messages: readonly Uint8Array[] = []

  /** What `make` made for a stream of this number before, or makes now. */
  frame(streamId: number, make: () => Uint8Array): Uint8Array {
    if (this.#frame === undefined || this.#streamId !== streamId) {
      this.#frame = make()
      this.#streamId = streamId
    }
    return this.#frame
  }

  /** What `make` made for messages of so much payload before, or makes now. */
  messages(payloadBytesMax: number, make: () => readonly Uint8Array[]): readonly Uint8Array[] {
    if (this.#payloadBytesMax !== payloadBytesMax) {
      this.#messages = make()
      this.#payloadBytesMax = payloadBytesMax
    }
    return this.#messages
  }
}
