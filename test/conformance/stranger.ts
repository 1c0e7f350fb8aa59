/**
 * A neighbour that follows a script, in place of a core: it says what a scenario has it say, and writes down what it
 * hears. Left alone it says HELLO and beats without an echo, so that the link to it is never measured: the ways over two
 * strangers cost exactly the same.
 */
import { type Input, type Millis, type Output, type PeerId, streamId } from '@hopcast/protocol'
import { type PathTag, pathTag } from '../../packages/protocol/src/ids.ts'
import type {
  Hello,
  Message,
  ObjectFrame,
  Sub,
  SubNackReason,
  SubOk
} from '../../packages/protocol/src/wire/messages.ts'
import type { TestedCore } from './tested-core.ts'

export interface Manners {
  /** What it says first; nothing, if undefined. */
  hello?: Hello | undefined
  /** Beats each 250 ms, as the constants have it. */
  beats?: boolean
  /** Answers every SUB with SUB_OK. */
  confirms?: boolean
  /** The nodes between the publisher and this one on the way that its SUB_OKs tell of. */
  via?: readonly PathTag[]
  /** Answers every SUB with SUB_NACK, and names these instead of itself. */
  refuses?: { reason: SubNackReason; redirect: readonly PeerId[] } | undefined
  /** Its beats say that it has no uplink to spare. */
  full?: boolean
}

export class Stranger implements TestedCore {
  /** Its peer id, once it is a node. */
  self: PeerId | undefined
  manners: Required<Manners>
  readonly heard: { at: Millis; from: PeerId; message: Message }[] = []
  readonly objects: { at: Millis; from: PeerId; object: ObjectFrame }[] = []
  readonly #peers = new Set<PeerId>()
  readonly #toSay: Output[] = []
  #beatAt: Millis | undefined

  constructor(manners: Manners = {}) {
    const hello: Hello = { type: 'hello', version: 1, agent: 'stranger', server: false }
    this.manners = {
      hello,
      beats: true,
      confirms: false,
      via: [],
      refuses: undefined,
      full: false,
      ...manners
    }
  }

  /** What it heard of one kind, in order. */
  heardOf<T extends Message['type']>(type: T): Extract<Message, { type: T }>[] {
    return this.heard
      .map(({ message }) => message)
      .filter((message): message is Extract<Message, { type: T }> => message.type === type)
  }

  /** SUB_OK for a SUB that it heard. */
  subOk(sub: Sub): SubOk {
    const ends = new Set([sub.publisher, this.self ?? sub.publisher].map(pathTag))
    const [first, ...last] = ends
    const attempt = sub.attempt === undefined ? {} : { attempt: sub.attempt }
    return {
      type: 'sub-ok',
      stream: streamId(sub),
      path: [first as PathTag, ...this.manners.via, ...last],
      ...attempt
    }
  }

  /** Said as soon as the driver asks next. */
  prepare(outputs: readonly Output[]): void {
    this.#toSay.push(...outputs)
  }

  handle(input: Input, now: Millis): Output[] {
    switch (input.type) {
      case 'connected':
        return this.#greet(input.peer, now)
      case 'disconnected':
        this.#peers.delete(input.peer)
        return []
      case 'seqno-signed':
      case 'addresses':
      case 'dial-failed':
      case 'altered':
        return []
      case 'message':
        return this.#hear(input.peer, input.message, now)
      case 'announcement':
        if (input.from === undefined) return []
        return this.#hear(input.from, { type: 'announce', announcement: input.announcement.signed }, now)
      case 'object':
        this.objects.push({ at: now, from: input.peer, object: input.object })
        return []
      case 'command':
        return this.#toSay.splice(0)
      case 'timeout':
        this.#beatAt = now + beatIntervalMs
        return [...this.#peers].map(peer => this.#beat(peer, now))
    }
  }

  deadline(): Millis | undefined {
    return this.manners.beats && this.#peers.size > 0 ? this.#beatAt : undefined
  }

  #greet(peer: PeerId, now: Millis): Output[] {
    if (this.#peers.size === 0) this.#beatAt = now + beatIntervalMs
    this.#peers.add(peer)
    const { hello, beats } = this.manners
    if (hello === undefined) return []
    return [{ type: 'send', peer, message: hello }, ...(beats ? [this.#beat(peer, now)] : [])]
  }

  #hear(from: PeerId, message: Message, at: Millis): Output[] {
    this.heard.push({ at, from, message })
    if (message.type !== 'sub') return []
    const { confirms, refuses } = this.manners
    if (refuses !== undefined) {
      return [
        { type: 'send', peer: from, message: { type: 'sub-nack', stream: streamId(message), ...refuses } }
      ]
    }
    return confirms ? [{ type: 'send', peer: from, message: this.subOk(message) }] : []
  }

  #beat(peer: PeerId, now: Millis): Output {
    const full = this.manners.full ? { full: true } : {}
    return { type: 'send', peer, message: { type: 'beat', timeUs: Math.round(now * 1_000), ...full } }
  }

  // Nobody asks a stranger what it knows; the invariants find nothing to complain of.

  neighbours(): [] {
    return []
  }

  routes(): [] {
    return []
  }

  route(): undefined {
    return undefined
  }

  streams(): [] {
    return []
  }

  channels(): [] {
    return []
  }

  isNews(): boolean {
    return true
  }

  get counters(): TestedCore['counters'] {
    return { objectsReceived: 0, objectsSent: 0, duplicates: 0, unwanted: 0 }
  }
}

const beatIntervalMs = 250
