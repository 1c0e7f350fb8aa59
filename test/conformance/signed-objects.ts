/**
 * What the driver of a publisher, and those of its listeners, do about signatures of objects (RFC 2, section 7.1; RFC 4,
 * section "Objects"): lists are written, and the core is told who gave an object that is another one in the lists. They
 * have the simulator's stand-in for a signature. Nobody checks it: those who alter objects here leave the lists alone.
 */
import type { Millis, Output, PeerId } from '@hopcast/protocol'
import { type ObjectHash, objectHash } from '../../packages/protocol/src/ids.ts'
import { listIntervalMs } from '../../packages/protocol/src/libp2p/list-writer.ts'
import type { ObjectFrame } from '../../packages/protocol/src/wire/messages.ts'
import { objectNumber, objectPayload } from '../../packages/protocol/src/wire/object.ts'
import {
  decodeObjectList,
  encodeObjectList,
  listSigningBytes
} from '../../packages/protocol/src/wire/object-list.ts'
import type { Run } from '../sim/node.ts'
import { sign } from '../sim/signatures.ts'
import type { Network } from './network.ts'
import { streamOf } from './said.ts'

/** An object that was heard, and is not what the publisher has sent. */
interface Altered {
  by: PeerId
  from: PeerId
  /** When it came. */
  at: Millis
}

type Heard = { hash: ObjectHash; from: PeerId; at: Millis }

const faultIntervalMs = 1_000

export class SignedObjects {
  readonly run: Run
  /** As the lists have shown, in the order in which they did. */
  readonly altered: Altered[] = []
  readonly #network: Network
  /** Of the objects that no list covers yet. */
  #hashes: ObjectHash[] = []
  #next = 0
  #lists = 0
  /** By listener and number, until a list says what they are. */
  readonly #heard = new Map<PeerId, Map<number, Heard>>()
  readonly #toldAt = new Map<PeerId, Millis>()

  constructor(network: Network, run: Run) {
    this.#network = network
    this.run = run
    network.after(listIntervalMs, () => this.#tick())
  }

  onOutput(by: PeerId, output: Output): void {
    if (output.type === 'written') {
      this.#hashes.push(objectHash(output.object.bytes))
      this.#next = objectNumber(output.object.header) + 1
    }
    if (output.type !== 'deliver' || output.from === undefined) return
    if (output.object.header.list) this.#onList(by, output.object)
    else this.#onObject(by, output.from, output.object)
  }

  #tick(): void {
    if (!this.run.live) return
    const of = { stream: streamOf(this.run), lists: this.#lists++ }
    const body = encodeObjectList({ next: this.#next, final: false, hashes: this.#hashes })
    this.#hashes = []
    this.#network.write(this.run, { list: Uint8Array.of(...body, ...sign(listSigningBytes(of, body))) })
    this.#network.after(listIntervalMs, () => this.#tick())
  }

  #onObject(by: PeerId, from: PeerId, { header, bytes }: ObjectFrame): void {
    const heard = this.#heard.get(by) ?? new Map<number, Heard>()
    this.#heard.set(by, heard)
    heard.set(objectNumber(header), { hash: objectHash(bytes), from, at: this.#network.now })
  }

  #onList(by: PeerId, object: ObjectFrame): void {
    const { list } = decodeObjectList(objectPayload(object))
    for (const [i, hash] of list.hashes.entries()) {
      const number = list.next - list.hashes.length + i
      const heard = this.#heard.get(by)?.get(number)
      this.#heard.get(by)?.delete(number)
      if (heard === undefined || heard.hash === hash) continue
      this.altered.push({ by, ...heard })
      this.#blame(by, heard.from)
    }
  }

  #blame(by: PeerId, peer: PeerId): void {
    const { now } = this.#network
    if (now - (this.#toldAt.get(by) ?? Number.NEGATIVE_INFINITY) < faultIntervalMs) return
    this.#toldAt.set(by, now)
    const { name } = [...this.#network.nodes.values()].find(({ id }) => id === by) ?? { name: '' }
    // The core is not asked while it answers.
    this.#network.after(0, () => {
      this.#network.hand(name, { type: 'altered', peer, stream: streamOf(this.run) })
    })
  }
}
