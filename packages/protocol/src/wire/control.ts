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

/** The messages that may be large. */
type LargeKind = 'announce' | 'sync' | 'metrics'

/** As their frames begin: with the number of their field, and that a length follows. */
const tags = new Map<number | undefined, LargeKind>([
  [(3 << 3) | 2, 'announce'],
  [(4 << 3) | 2, 'sync'],
  [(20 << 3) | 2, 'metrics']
])

/** Which of the large messages a frame holds, by its first bytes, if it is encoded as is usual; undefined for all else. */
export function largeKindOf([first = 0, second = 0]: Uint8Array): LargeKind | undefined {
  return tags.get(first < 128 ? first : (first & 127) | (second << 7))
}

const all = Object.values(fieldsOf) as Fields[]
