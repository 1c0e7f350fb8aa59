/** Control messages as bytes (RFC 2, section "Control messages"). What is particular to each stands in `control-fields.ts`. */
import protobuf from 'protobufjs/minimal.js'
import { decodeBounded } from './bounded-reader.ts'
import { type FieldsOf, fieldsOf } from './control-fields.ts'
import { Control } from './generated/control.ts'
import { controlFrameBytesMax } from './limits.ts'
import type { Message } from './messages.ts'
import { encoding } from './ranges.ts'

/** The table's entries, seen alike. */
type Fields = FieldsOf<Message['type']>

/**
 * The body of a control frame, without the length before it.
 *
 * @throws TypeError for a value outside its range
 */
export function encodeControl(message: Message): Uint8Array {
  return encoding(() => {
    const fields = fieldsOf[message.type] as Fields
    fields.check(message as never)
    const control = { [fields.name]: fields.toWire(message as never) }
    return Control.encode(control, new protobuf.Writer()).finish()
  })
}

/**
 * The message in the body of a control frame; `undefined` for one of a newer version, which is to be ignored.
 * What it returns shares no memory with `bytes`.
 *
 * @throws ProtocolError `malformed` or `too-large`
 */
export function decodeControl(bytes: Uint8Array): Message | undefined {
  const control = decodeBounded('control frame', Control, bytes, controlFrameBytesMax)
  for (const fields of all) {
    const wire = control[fields.name]
    if (wire === null) continue
    const message = fields.fromWire(wire as never)
    fields.check(message as never)
    return message
  }
  return undefined
}

/** As a frame of each begins: the field's number, and that its length follows. */
const firstBytes = new Map<number | undefined, 'announce' | 'sync'>([
  [0x1a, 'announce'],
  [0x22, 'sync']
])

/**
 * Whether a frame, by its first byte, is one of those that may take long to decode. Of others, and of what is not as a sender
 * of ours encodes it, undefined.
 */
export function slowKindOf(bytes: Uint8Array): 'announce' | 'sync' | undefined {
  return firstBytes.get(bytes[0])
}

const all = Object.values(fieldsOf) as Fields[]
