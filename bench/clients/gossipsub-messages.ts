/**
 * What a subscriber and a publisher say by gossipsub, and hear
 * (https://github.com/libp2p/specs/blob/master/pubsub/README.md, section "The RPC"): each RPC stands behind its length.
 */
import protobuf from 'protobufjs/minimal.js'
import { readAll } from './pieces.ts'

const { Reader, Writer } = protobuf

/** Fields of RPC, and of what is in it. */
const rpc = { subscriptions: 1, publish: 2, control: 3 }
const subscription = { subscribe: 1, topic: 2 }
const message = { data: 2, topic: 4 }
const graftOfControl = 3
const topicOfGraft = 1

/** The topic is wanted, from who hears this. */
export function subscribing(topic: string): Uint8Array {
  const said = Writer.create().fork()
  said.uint32(tag(rpc.subscriptions)).fork()
  said.uint32(subscription.subscribe << 3).bool(true)
  said.uint32(tag(subscription.topic)).string(topic).ldelim()
  said.uint32(tag(rpc.control)).fork().uint32(tag(graftOfControl)).fork()
  said.uint32(tag(topicOfGraft)).string(topic).ldelim().ldelim()
  return said.ldelim().finish()
}

export function publishing(topic: string, data: Uint8Array): Uint8Array {
  const said = Writer.create().fork()
  said.uint32(tag(rpc.publish)).fork()
  said.uint32(tag(message.data)).bytes(data)
  said.uint32(tag(message.topic)).string(topic).ldelim()
  return said.ldelim().finish()
}

/** Cuts what comes, in whatever pieces, into RPCs, and hands on what was published. */
export class RpcReader {
  readonly #onMessage: (topic: string, data: Uint8Array) => void
  #rest: Buffer = Buffer.alloc(0)

  constructor(onMessage: (topic: string, data: Uint8Array) => void) {
    this.#onMessage = onMessage
  }

  push(bytes: Buffer): void {
    this.#rest = readAll(this.#rest, bytes, (input, at) => {
      const begin = behindLength(input, at)
      if (begin === undefined) return undefined
      const end = begin + new Reader(input.subarray(at, begin)).uint32()
      if (end > input.length) return undefined
      this.#read(new Reader(input.subarray(begin, end)))
      return end
    })
  }

  #read(said: protobuf.Reader): void {
    while (said.pos < said.len) {
      const field = said.uint32()
      if (field === tag(rpc.publish)) this.#readMessage(new Reader(said.bytes()))
      else said.skipType(field & 7)
    }
  }

  #readMessage(published: protobuf.Reader): void {
    let data: Uint8Array = new Uint8Array()
    let topic = ''
    while (published.pos < published.len) {
      const field = published.uint32()
      if (field === tag(message.data)) data = published.bytes()
      else if (field === tag(message.topic)) topic = published.string()
      else published.skipType(field & 7)
    }
    this.#onMessage(topic, data)
  }
}

/** Of a field that has a length. */
function tag(field: number): number {
  return (field << 3) | 2
}

/** Undefined when the length is not all there. */
function behindLength(input: Buffer, at: number): number | undefined {
  for (let end = at; end < input.length; end++) if ((input[end] as number) < 0x80) return end + 1
  return undefined
}
