/**
 * What travels, as bytes and as what they say. Each distinct message goes through the real codec once, in both
 * directions, however many receive it; what they share is frozen, so that none can change it for the others.
 */
import { decodeAnnouncement } from '../../packages/protocol/src/wire/announcement.ts'
import { decodeControl, encodeControl } from '../../packages/protocol/src/wire/control.ts'
import {
  type Announcement,
  type Message,
  type ObjectFrame,
  type ObjectHeader,
  ProtocolError,
  type SignedAnnouncement
} from '../../packages/protocol/src/wire/messages.ts'
import { parseObject } from '../../packages/protocol/src/wire/object.ts'
import { checkSignature, checkSignatures, sign } from './signatures.ts'
import { digestOf } from './trace-hash.ts'

interface Parcel {
  /** The type of the message, or `object`. */
  readonly kind: string
  /** As it crosses a link, without the length before it. */
  readonly bytes: Uint8Array
  /** A hash of the bytes, for the trace. */
  readonly digest: number
}

/** A control message as its receivers take it. */
export interface ControlParcel extends Parcel {
  /** Undefined: it is of a later version, and ignored. A fault: whoever sent it is closed. */
  readonly content: Message | ProtocolError | undefined
}

/** An object as its receivers parse it. They pass it on as it is, so it is known again without a look-up. */
export class ObjectParcel implements Parcel, ObjectFrame {
  readonly kind = 'object'
  readonly header: ObjectHeader
  readonly bytes: Uint8Array
  readonly digest: number

  constructor(bytes: Uint8Array) {
    this.header = Object.freeze(parseObject(bytes).header)
    this.bytes = bytes
    this.digest = digestOf(bytes)
  }

  static of(object: ObjectFrame): ObjectParcel {
    return object instanceof ObjectParcel ? object : new ObjectParcel(object.bytes)
  }
}

/** Makes parcels of control messages. */
export class Packer {
  #last: { message: Message; parcel: ControlParcel } | undefined
  /** Announcements are passed on as they came, by every node. */
  readonly #announces = new WeakMap<SignedAnnouncement, ControlParcel>()
  readonly #announcements = new WeakMap<SignedAnnouncement, Announcement>()

  /** One message to many neighbours is packed once: they follow each other. */
  pack(message: Message): ControlParcel {
    if (this.#last?.message === message) return this.#last.parcel
    const parcel = message.type === 'announce' ? this.#packAnnounce(message.announcement) : packNew(message)
    this.#last = { message, parcel }
    return parcel
  }

  /** What somebody sends who makes its bytes himself. */
  packBytes(bytes: Uint8Array): ControlParcel {
    return { kind: 'bytes', content: outcome(() => decoded(bytes)), bytes, digest: digestOf(bytes) }
  }

  /** What is wrong with a signed announcement, if anything is. */
  faultOf({ body, signature }: SignedAnnouncement): ProtocolError | undefined {
    return outcome(() => checkSignature(signature, sign(body))) ?? undefined
  }

  /** What a signed announcement says. @throws ProtocolError */
  announcement(signed: SignedAnnouncement): Announcement {
    const known = this.#announcements.get(signed)
    if (known !== undefined) return known
    const announcement = Object.freeze(decodeAnnouncement(signed.body))
    this.#announcements.set(signed, announcement)
    return announcement
  }

  #packAnnounce(signed: SignedAnnouncement): ControlParcel {
    const known = this.#announces.get(signed)
    if (known !== undefined) return known
    const parcel = packNew({ type: 'announce', announcement: signed })
    this.#announces.set(signed, parcel)
    // The receivers pass on what was decoded.
    const { content } = parcel
    if (content !== undefined && 'announcement' in content) this.#announces.set(content.announcement, parcel)
    return parcel
  }
}

function packNew(message: Message): ControlParcel {
  const bytes = encodeControl(message)
  return { kind: message.type, content: outcome(() => decoded(bytes)), bytes, digest: digestOf(bytes) }
}

function decoded(bytes: Uint8Array): Message | undefined {
  const message = decodeControl(bytes)
  if (message === undefined) return undefined
  checkSignatures(message)
  if (message.type === 'sync') message.rows.forEach(row => void Object.freeze(row))
  return Object.freeze(message)
}

/** What it returns, or the fault that it finds. */
function outcome<T>(find: () => T): T | ProtocolError {
  try {
    return find()
  } catch (error) {
    if (error instanceof ProtocolError) return error
    throw error
  }
}
