/** MQTT 3.1.1, as much of it as publishing and subscribing at most once take. */
import { readAll } from './pieces.ts'

const [connect, publish, subscribe] = [0x10, 0x30, 0x82]
/** A continuation bit, and seven bits of the length. */
const more = 0x80

export interface MqttHandlers {
  /** `payload` is a view on what was read. */
  onPublish: (topic: string, payload: Uint8Array) => void
  /** Any other packet, by the first byte: 0x20 is CONNACK, 0x90 SUBACK. */
  onOther: (type: number) => void
}

export function mqttConnect(clientId: string): Uint8Array {
  const cleanSession = 2
  const keepAlive = [0, 0]
  return packet(connect, text('MQTT'), Uint8Array.of(4, cleanSession, ...keepAlive), text(clientId))
}

export function mqttSubscribe(topic: string, id: number): Uint8Array {
  return packet(subscribe, Uint8Array.of(id >> 8, id & 255), text(topic), Uint8Array.of(0))
}

export function mqttPublish(topic: string, payload: Uint8Array): Uint8Array {
  return packet(publish, text(topic), payload)
}

function packet(type: number, ...parts: Uint8Array[]): Uint8Array {
  let length = parts.reduce((sum, part) => sum + part.length, 0)
  const head = [type]
  do {
    const rest = length >> 7
    head.push((length & (more - 1)) | (rest > 0 ? more : 0))
    length = rest
  } while (length > 0)
  return Buffer.concat([Uint8Array.from(head), ...parts])
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value)
  return Buffer.concat([Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes])
}

/** Cuts what a broker sends into packets, in whatever pieces it comes. */
export class MqttReader {
  readonly #handlers: MqttHandlers
  #rest: Buffer = Buffer.alloc(0)

  constructor(handlers: MqttHandlers) {
    this.#handlers = handlers
  }

  push(bytes: Buffer): void {
    this.#rest = readAll(this.#rest, bytes, (input, at) => this.#read(input, at))
  }

  /** Reads what begins at `at`; returns where the next begins, or undefined when this one is not all there. */
  #read(input: Buffer, at: number): number | undefined {
    let from = at + 1
    let length = 0
    for (let shift = 0; ; shift += 7) {
      const byte = input[from++]
      if (byte === undefined) return undefined
      length |= (byte & (more - 1)) << shift
      if ((byte & more) === 0) break
    }
    const next = from + length
    if (next > input.length) return undefined
    const type = (input[at] as number) & 0xf0
    if (type === publish) {
      const payloadAt = from + 2 + input.readUInt16BE(from)
      this.#handlers.onPublish(input.toString('utf8', from + 2, payloadAt), input.subarray(payloadAt, next))
    } else this.#handlers.onOther(type)
    return next
  }
}
