import type { Socket } from 'node:net'
import type { MessageStream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { MessageReader, plainBytesMax, roomFor, SharedRoom } from './noise-messages.ts'
import { Nonce } from './nonce.ts'
import { SocketStream } from './socket-stream.ts'
import { type Sodium, tagBytes } from './sodium.ts'

/** Of one direction each, 32 bytes. */
export interface NoiseKeys {
  send: Uint8Array
  receive: Uint8Array
}

/** How long the other side has to end what it sends, once nothing more is sent to it. */
const lingerMs = 1_000

/** Of most messages, and of any. A socket that lags keeps one of them until it has sent it. */
const [small, large] = [new SharedRoom(4_096), new SharedRoom(plainBytesMax)]

/** What comes behind Noise's handshake (https://github.com/libp2p/specs/blob/master/noise/README.md). */
export class NoiseStream extends SocketStream<Socket> {
  readonly #sodium: Sodium
  readonly #sendKey: Uint8Array
  readonly #receiveKey: Uint8Array
  readonly #sent = new Nonce()
  readonly #received = new Nonce()
  readonly #reader = new MessageReader(sealed => this.#open(sealed))

  constructor(connection: MessageStream, socket: Socket, sodium: Sodium, keys: NoiseKeys) {
    super(connection, socket)
    this.#sodium = sodium
    this.#sendKey = keys.send
    this.#receiveKey = keys.receive
    socket.on('data', bytes => this.#reader.push(bytes))
    // Who closes a socket with something unread in it, or still to come, resets it, and what the other side has not read yet is lost.
    socket.destroySoon = () => {
      socket.end()
      socket.resume()
      const timer = setTimeout(() => socket.destroy(), lingerMs)
      socket.once('close', () => clearTimeout(timer))
    }
    socket.resume()
  }

  /** One message and one write, unless it is longer than a message may be. */
  protected override write(data: Uint8Array | Uint8ArrayList): boolean {
    const plain = data instanceof Uint8Array ? data : data.subarray()
    if (plain.length <= plainBytesMax) return this.#writeMessage(plain)
    let canSendMore = true
    for (let from = 0; from < plain.length; from += plainBytesMax) {
      canSendMore = this.#writeMessage(plain.subarray(from, from + plainBytesMax))
    }
    return canSendMore
  }

  #writeMessage(plain: Uint8Array): boolean {
    const isIdle = this.socket.writableLength === 0
    const shared = plain.length <= small.plainBytesMax ? small : large
    const { bytes, sealed } = isIdle ? shared.take(plain.length) : roomFor(plain.length)
    const nonce = this.#sent.next()
    this.#sodium.crypto_aead_chacha20poly1305_ietf_encrypt(sealed, plain, null, null, nonce, this.#sendKey)
    const canSendMore = this.socket.write(bytes)
    if (isIdle && this.socket.writableLength > 0) shared.leave()
    return canSendMore
  }

  /** In place. Returns whether there is a use in more. */
  #open(sealed: Uint8Array): boolean {
    const plain = sealed.subarray(0, Math.max(0, sealed.length - tagBytes))
    const nonce = this.#received.next()
    try {
      this.#sodium.crypto_aead_chacha20poly1305_ietf_decrypt(
        plain,
        null,
        sealed,
        null,
        nonce,
        this.#receiveKey
      )
    } catch (cause) {
      this.abort(new Error('what came is not what was sent', { cause }))
      return false
    }
    if (plain.length > 0) this.onData(plain)
    return this.status !== 'aborted'
  }
}
