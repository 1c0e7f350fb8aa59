/** Checks of one field each. They throw `ProtocolError`, which says which field it is. */
import { signatureBytesLength } from './limits.ts'
import { type CloseCode, ProtocolError } from './messages.ts'

const utf8 = new TextEncoder()

/** An integer from 0 to `max`; by default to 2^53 − 1, the largest that every JavaScript number holds exactly. */
export function checkInteger(name: string, value: number, max = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) {
    fail('malformed', `${name} is ${value}, not an integer from 0 to ${max}`)
  }
}

/** Text of at most `bytesMax` bytes of UTF-8. Terminals show it: control characters are refused. */
export function checkText(name: string, value: string, bytesMax: number): void {
  checkBytes(name, utf8.encode(value), bytesMax)
  if (!value.isWellFormed() || /\p{Cc}/u.test(value))
    fail('malformed', `${name} has control characters or lone surrogates`)
}

export function checkBytes(name: string, value: Uint8Array, bytesMax: number): void {
  if (value.length > bytesMax) fail('too-large', `${name} has ${value.length} bytes, more than ${bytesMax}`)
}

export function checkSignature(signature: Uint8Array): void {
  if (signature.length === signatureBytesLength) return
  fail('malformed', `signature has ${signature.length} bytes, not ${signatureBytesLength}`)
}

export function fail(code: CloseCode, message: string): never {
  throw new ProtocolError(code, message)
}

/** Runs an encoder: what a peer would be closed for is a `TypeError` when it is our own value. */
export function encoding<T>(encode: () => T): T {
  try {
    return encode()
  } catch (error) {
    if (error instanceof ProtocolError) throw new TypeError(error.message, { cause: error })
    throw error
  }
}
