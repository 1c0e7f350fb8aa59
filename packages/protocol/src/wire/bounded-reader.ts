import protobuf from 'protobufjs/minimal.js'
import { controlFieldsMax } from './limits.ts'
import { ProtocolError } from './messages.ts'
import { fail } from './ranges.ts'

const groupStart = 3
/** Ten bytes. */
const varintBitsMax = 70

/**
 * Decodes protobuf that came from a peer. Unknown fields are skipped.
 *
 * @param name what it is, for the error
 * @throws ProtocolError `too-large` over `bytesMax` or over `controlFieldsMax`, else `malformed`
 */
export function decodeBounded<T>(
  name: string,
  codec: { decode(reader: protobuf.Reader): T },
  bytes: Uint8Array,
  bytesMax: number
): T {
  if (bytes.length > bytesMax) fail('too-large', `${name} has ${bytes.length} bytes, more than ${bytesMax}`)
  try {
    return codec.decode(new BoundedReader(bytes))
  } catch (error) {
    if (error instanceof ProtocolError) throw error
    return fail('malformed', `${name} does not decode: ${(error as Error).message}`)
  }
}

/** Refuses while it reads, before anything is allocated: too many fields, and groups. */
class BoundedReader extends protobuf.Reader {
  #fields = 0

  override tag(): number {
    if (++this.#fields > controlFieldsMax) fail('too-large', `more than ${controlFieldsMax} fields`)
    return super.tag()
  }

  /** Groups are the one kind of unknown field that nests; protobuf 3 has none. */
  override skipType(wireType: number, depth?: number, fieldNumber?: number): protobuf.Reader {
    if (wireType === groupStart) fail('malformed', 'a group')
    return super.skipType(wireType, depth, fieldNumber)
  }

  /**
   * A number, where protobuf.js would have a `Long`: the generated code takes either. Over 2^53 it is not exact, and
   * the check of its range refuses it.
   */
  override uint64(): ReturnType<protobuf.Reader['uint64']> {
    let value = 0
    let more = true
    for (let bits = 0; more; bits += 7) {
      if (bits === varintBitsMax || this.pos === this.len) fail('malformed', 'a varint without an end')
      const byte = this.buf[this.pos++] as number
      value += (byte & 127) * 2 ** bits
      more = byte > 127
    }
    return value as unknown as ReturnType<protobuf.Reader['uint64']>
  }
}
