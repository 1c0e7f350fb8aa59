/** What the core asks to be signed with this node's key, and hands back to it as an input. */
import type { PrivateKey } from '@libp2p/interface'
import type { Input } from '../contract.ts'
import type { AnnouncementDraft } from '../own-runs.ts'
import type { Version } from '../version.ts'
import { signAnnouncement, signSeqno } from './signing.ts'
import type { WallClock } from './wall-clock.ts'

export class Signer {
  readonly #key: PrivateKey
  readonly #clock: WallClock
  readonly #handle: (input: Input) => void
  /** One after the other, so that the core gets them in the order in which it asked. */
  #signing: Promise<void> = Promise.resolve()

  constructor(key: PrivateKey, clock: WallClock, handle: (input: Input) => void) {
    this.#key = key
    this.#clock = clock
    this.#handle = handle
  }

  /** Comes back as `announcement`. */
  signAnnouncement(draft: AnnouncementDraft): void {
    this.#signing = this.#signing.then(async () => {
      const announcement = await signAnnouncement(this.#key, draft, this.#clock.latest())
      this.#handle({ type: 'announcement', from: undefined, announcement })
    })
  }

  /** Comes back as `seqno-signed`. */
  signSeqno({ epoch, seqno }: Version): void {
    this.#signing = this.#signing.then(async () => {
      const signature = await signSeqno(this.#key, { epoch, seqno })
      this.#handle({ type: 'seqno-signed', epoch, seqno, signature })
    })
  }

  /** Resolves when the core has all that it has asked for so far. */
  async settled(): Promise<void> {
    await this.#signing
  }
}
