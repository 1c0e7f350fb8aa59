/**
 * libp2p's Noise (https://github.com/libp2p/specs/blob/master/noise/README.md), sealed by libsodium and written by one call each.
 *
 * `@libp2p/noise` shakes hands, and checks who the other side is. Then it would seal each part of a list in JavaScript, or by a new object of
 * Node.js's, and write several times. Where a TCP socket carries the connection, what comes behind the handshake is done here
 * (`NoiseStream`); everywhere else, in `@libp2p/noise`, with libsodium. On the wire it is the same.
 */
import type { Socket } from 'node:net'
import type {
  ConnectionEncrypter,
  MessageStream,
  SecureConnectionOptions,
  SecuredConnection
} from '@libp2p/interface'
import { type ICryptoInterface, type NoiseComponents, noise } from '@libp2p/noise'
import { defaultCrypto } from '@libp2p/noise/crypto'
import { HandshakeStream } from './handshake-stream.ts'
import { type NoiseKeys, NoiseStream } from './noise-stream.ts'
import { SocketEncrypter } from './socket-encrypter.ts'
import { type Sodium, tagBytes } from './sodium.ts'

export function socketNoise(sodium: Sodium): (components: NoiseComponents) => ConnectionEncrypter {
  return components => new SocketNoise(sodium, components)
}

class SocketNoise extends SocketEncrypter {
  override readonly protocol = '/noise'
  readonly [Symbol.toStringTag] = '@hopcast/socket-noise'
  readonly #sodium: Sodium
  readonly #components: NoiseComponents
  protected override readonly overStreams: ConnectionEncrypter
  /** One for all connections, as libp2p's has it. */
  readonly #keyPair = defaultCrypto.generateX25519KeyPair()

  constructor(sodium: Sodium, components: NoiseComponents) {
    super()
    this.#sodium = sodium
    this.#components = components
    this.overStreams = this.#noise({ ...defaultCrypto, ...sealedBy(sodium) })
  }

  protected override async secure(
    connection: MessageStream,
    socket: Socket,
    isResponder: boolean,
    options: SecureConnectionOptions | undefined
  ): Promise<SecuredConnection> {
    let split: readonly Uint8Array[] = []
    const crypto: ICryptoInterface = {
      ...defaultCrypto,
      getHKDF(chainingKey, material) {
        const keys = defaultCrypto.getHKDF(chainingKey, material)
        // Only the keys of what comes behind the handshake are made of nothing new (Noise, section 5.2, `Split`).
        if (material.length === 0) split = keys
        return keys
      }
    }
    // Of three messages the initiator sends the first and the last.
    const handshake = new HandshakeStream(connection, socket, isResponder ? 2 : 1)
    try {
      const encrypter = this.#noise(crypto)
      const secured = isResponder
        ? await encrypter.secureInbound(handshake, options)
        : await encrypter.secureOutbound(handshake, options)
      handshake.leave()
      return {
        ...secured,
        connection: new NoiseStream(connection, socket, this.#sodium, keysOf(split, isResponder))
      }
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }

  #noise(crypto: ICryptoInterface): ConnectionEncrypter {
    // It would make the public key anew for each connection.
    const generateX25519KeyPairFromSeed = () => this.#keyPair
    const staticNoiseKey = this.#keyPair.privateKey.subarray()
    return noise({ crypto: { ...crypto, generateX25519KeyPairFromSeed }, staticNoiseKey })(this.#components)
  }
}

function keysOf([first, second]: readonly Uint8Array[], isResponder: boolean): NoiseKeys {
  if (first === undefined || second === undefined) throw new Error('@libp2p/noise has made no keys')
  return isResponder ? { send: second, receive: first } : { send: first, receive: second }
}

function sealedBy(
  sodium: Sodium
): Pick<ICryptoInterface, 'chaCha20Poly1305Encrypt' | 'chaCha20Poly1305Decrypt'> {
  return {
    chaCha20Poly1305Encrypt(plain, nonce, additional, key) {
      const sealed = new Uint8Array(plain.byteLength + tagBytes)
      sodium.crypto_aead_chacha20poly1305_ietf_encrypt(sealed, plain.subarray(), additional, null, nonce, key)
      return sealed
    },
    chaCha20Poly1305Decrypt(sealed, nonce, additional, key) {
      const plain = new Uint8Array(sealed.byteLength - tagBytes)
      sodium.crypto_aead_chacha20poly1305_ietf_decrypt(plain, null, sealed.subarray(), additional, nonce, key)
      return plain
    }
  }
}
