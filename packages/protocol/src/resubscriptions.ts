/**
 * What two neighbours believe that one takes from the other, compared by their digests (RFC 1, section "Digests"). Nothing of
 * it is repeated otherwise, so what one end has lost, by a fault of either, has to show.
 */
import type { Config } from './config.ts'
import { differing, streamBucketOf, streamSums } from './digest.ts'
import type { Millis, PeerId, StreamId } from './ids.ts'
import type { RelayEvent } from './relay-event.ts'
import { isSource, type Stream, type Streams } from './streams.ts'
import type { Sub } from './wire/messages.ts'

export class Resubscriptions {
  readonly #streams: Streams
  readonly #config: Config
  readonly #resumeSeq: (stream: StreamId) => number | undefined
  /** Neighbours that have had a DIGEST, and have not asked for anything again since. */
  readonly #mayAsk = new Set<PeerId>()

  /** @param resumeSeq the seqno after the newest object held */
  constructor(streams: Streams, config: Config, resumeSeq: (stream: StreamId) => number | undefined) {
    this.#streams = streams
    this.#config = config
    this.#resumeSeq = resumeSeq
  }

  handleDown(peer: PeerId): void {
    this.#mayAsk.delete(peer)
  }

  /** The sums of the streams that the neighbour is asked for, for a DIGEST. It may ask for them again, once. */
  digest(peer: PeerId): number[] {
    this.#mayAsk.add(peer)
    const taken = [...this.#streams.all()].filter(stream => isSource(stream, peer))
    return streamSums(taken.map(({ id }) => id))
  }

  /** The sums of what the neighbour takes from here, as it sees it. Where they differ, it says again what it wants. */
  handleDigest(peer: PeerId, sums: readonly number[], now: Millis): RelayEvent[] {
    const given = [...this.#streams.all()].filter(({ children }) => children.has(peer))
    const subscriptions = differing(streamSums(given.map(({ id }) => id)), sums)
    if (subscriptions === 0) return []
    for (const { id, children } of given) {
      const child = children.get(peer)
      const isDoubtful = (subscriptions & (1 << streamBucketOf(id))) !== 0
      if (child !== undefined && isDoubtful) child.until = now + this.#config.resyncMs
    }
    return [{ type: 'send', peer, message: { type: 'resync', routes: 0, subscriptions } }]
  }

  /** Lets go of children that were to ask again, and did not. */
  handleTimeout(stream: Stream, now: Millis): void {
    for (const [peer, { until }] of stream.children) {
      if (until !== undefined && until <= now) this.#streams.remove(stream, peer)
    }
  }

  /** The neighbour sees another sum than this node: the streams of these buckets are asked for again. */
  handleResync(peer: PeerId, buckets: number): RelayEvent[] {
    if (buckets === 0 || !this.#mayAsk.delete(peer)) return []
    const events: RelayEvent[] = []
    for (const stream of this.#streams.all()) {
      const { id, name, asked } = stream
      if (!isSource(stream, peer) || (buckets & (1 << streamBucketOf(id))) === 0) continue
      const startSeq = this.#resumeSeq(id)
      const attempt = asked?.peer === peer ? asked.attempt : stream.attempt
      const options = { ...(startSeq !== undefined && { startSeq }), ...(attempt > 0 && { attempt }) }
      const message: Sub = { type: 'sub', ...name, ...options, insist: true }
      events.push({ type: 'send', peer, message })
    }
    return events
  }
}
