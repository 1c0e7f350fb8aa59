/**
 * Saves the round trip in which libp2p agrees on a stream's protocol (multistream-select): who opens a stream says what it is
 * for and writes on, as libp2p allows where there is no choice. The answer is checked when it comes.
 */
import { joinFrames } from '../../wire/framing.ts'

export class EarlyProtocol {
  readonly protocol: string
  /** To be sent first. It is also the answer of one who agrees. */
  readonly proposal: Uint8Array
  /** Resolves when the other side has agreed, and rejects when it does not, or the stream closes before. */
  readonly agreed: Promise<void>
  readonly #agreement = Promise.withResolvers<void>()
  /** So much of the answer has come. */
  #heard = 0

  constructor(protocol: string) {
    const lines = ['/multistream/1.0.0\n', `${protocol}\n`].map(line => new TextEncoder().encode(line))
    this.protocol = protocol
    this.proposal = joinFrames(lines)
    this.agreed = this.#agreement.promise
    // It is for whoever asks.
    this.agreed.catch(() => undefined)
  }

  /** Takes the answer off what comes, and returns what is behind it; undefined if it is another answer. */
  take(data: Uint8Array): Uint8Array | undefined {
    const missing = this.proposal.length - this.#heard
    if (missing === 0) return data
    const answer = data.subarray(0, missing)
    if (answer.some((byte, i) => byte !== this.proposal[this.#heard + i])) return undefined
    this.#heard += answer.length
    if (answer.length === missing) this.#agreement.resolve()
    return data.subarray(answer.length)
  }

  close(error: Error | undefined): void {
    this.#agreement.reject(error ?? new Error('closed before an answer'))
  }
}
