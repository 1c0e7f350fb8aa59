/** A relay's core between those of a publisher and of ten subscribers: what one says reaches the other at once. */
import {
  type Config,
  type Input,
  type Millis,
  type Output,
  Overlay,
  openChannelId,
  type PeerId,
  type VerifiedAnnouncement
} from '@hopcast/protocol'
import { base58btc } from 'multiformats/bases/base58'

const childrenCount = 10
const name = 'news'
const channel = openChannelId(name)
const payload = new Uint8Array(200)
/** Nobody checks one here: that is the driver's. */
const signature = new Uint8Array(64)

export type ObjectInput = Extract<Input, { type: 'object' }>

export class Network {
  readonly relay: Overlay
  readonly children: readonly PeerId[]
  readonly publisherId: PeerId
  readonly #publisher: Overlay
  readonly #nodes: ReadonlyMap<PeerId, Overlay>
  readonly #relayId: PeerId
  readonly #announcements = new Map<unknown, VerifiedAnnouncement>()
  now: Millis = 0
  /** Processor time that the relay has used for what went through here. */
  relayMs = 0

  constructor(config: Partial<Config> = {}) {
    const ids = Array.from({ length: childrenCount + 2 }, (_, n) => peerId(n))
    const [relay, publisher, ...children] = ids as [PeerId, PeerId, ...PeerId[]]
    const made = ids.map((self): [PeerId, Overlay] => [self, new Overlay({ self, config, rng: () => 0.5 })])
    this.#nodes = new Map(made)
    this.#relayId = relay
    this.publisherId = publisher
    this.children = children
    this.relay = this.#nodes.get(relay) as Overlay
    this.#publisher = this.#nodes.get(publisher) as Overlay
    for (const peer of [publisher, ...children]) this.#connect(relay, peer)
    const publication = { channel, name, epoch: 1, catalog: new Uint8Array() }
    this.#give(publisher, { type: 'command', command: { type: 'publish', publication, tracks: [0] } })
    this.wait(1_000)
    for (const child of children) {
      this.#give(child, {
        type: 'command',
        command: { type: 'subscribe', channel, tracks: [0], mode: 'any' }
      })
    }
    this.wait(1_000)
  }

  /** So many objects, as the relay gets them from the publisher. */
  objects(count: number): ObjectInput[] {
    const peer = this.publisherId
    const object = { payload, key: true, priority: 0, ttlMs: 2_000, timestampUs: 1_000 * this.now }
    const write: Input = { type: 'command', command: { type: 'write', channel, track: 0, object } }
    return Array.from({ length: count }).flatMap(() =>
      this.#publisher.handle(write, this.now).flatMap(output => {
        return output.type === 'forward' ? [{ type: 'object', peer, object: output.object } as const] : []
      })
    )
  }

  /** Lets time pass: timers are due, beats are sent and answered. */
  wait(ms: Millis): void {
    const until = this.now + ms
    while (this.now < until) {
      this.now = Math.min(until, this.now + 50)
      for (const id of this.#nodes.keys()) this.#give(id, { type: 'timeout' })
    }
  }

  /** What a neighbour says to the relay, and all that follows. */
  tell(input: Extract<Input, { peer: PeerId }>): void {
    this.#give(this.#relayId, input)
  }

  #connect(one: PeerId, two: PeerId): void {
    this.#give(
      one,
      { type: 'connected', peer: two, outbound: false },
      { at: two, input: { type: 'connected', peer: one, outbound: false } }
    )
  }

  #give(at: PeerId, input: Input, ...more: { at: PeerId; input: Input }[]): void {
    const waiting = [{ at, input }, ...more]
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      for (const output of this.#handle(next.at, next.input)) {
        waiting.push(...this.#carried(next.at, output))
      }
    }
  }

  #handle(at: PeerId, input: Input): Output[] {
    const node = this.#nodes.get(at)
    if (node !== this.relay) return node?.handle(input, this.now) ?? []
    const before = processorMs()
    const outputs = node.handle(input, this.now)
    this.relayMs += processorMs() - before
    return outputs
  }

  /** What an output leads to, and where. */
  #carried(from: PeerId, output: Output): { at: PeerId; input: Input }[] {
    switch (output.type) {
      case 'forward': {
        const { object } = output
        return output.peers.map(at => ({ at, input: { type: 'object', peer: from, object } }))
      }
      case 'sign': {
        const { ttlMs, ...draft } = output.draft
        const signed = { body: new Uint8Array(), signature }
        const announcement = { announcement: { ...draft, expiresAt: 0 }, signed, validForMs: ttlMs }
        const verified = announcement as unknown as VerifiedAnnouncement
        this.#announcements.set(signed, verified)
        return [{ at: from, input: { type: 'announcement', from: undefined, announcement: verified } }]
      }
      case 'sign-seqno':
        return [{ at: from, input: { ...output, type: 'seqno-signed', signature } }]
      case 'send': {
        const { peer: at, message } = output
        if (message.type !== 'announce') return [{ at, input: { type: 'message', peer: from, message } }]
        const announcement = this.#announcements.get(message.announcement)
        return announcement === undefined ? [] : [{ at, input: { type: 'announcement', from, announcement } }]
      }
      default:
        return []
    }
  }
}

/** That this process has used. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** As of an Ed25519 key; no key has it. */
export function peerId(n: number): PeerId {
  const bytes = new Uint8Array(38)
  bytes.set([0, 36, 8, 1, 18, 32])
  new DataView(bytes.buffer).setUint32(34, n)
  return base58btc.baseEncode(bytes) as PeerId
}
