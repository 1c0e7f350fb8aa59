import { createRequire } from 'node:module'

/** Of libsodium what is used here: ChaCha20-Poly1305 of RFC 8439, in its binding `sodium-native`. */
export interface Sodium {
  /**
   * @param sealed where it goes, `tagBytes` longer than `plain`; both may begin at the same byte
   * @param nonce 12 bytes, other ones for each message under a key
   * @param key 32 bytes
   */
  crypto_aead_chacha20poly1305_ietf_encrypt(
    sealed: Uint8Array,
    plain: Uint8Array,
    additional: Uint8Array | null,
    unused: null,
    nonce: Uint8Array,
    key: Uint8Array
  ): void
  /** @throws Error when it is not what was sealed with this key, nonce and additional data */
  crypto_aead_chacha20poly1305_ietf_decrypt(
    plain: Uint8Array,
    unused: null,
    sealed: Uint8Array,
    additional: Uint8Array | null,
    nonce: Uint8Array,
    key: Uint8Array
  ): void
}

/** By how much what is sealed is longer. */
export const tagBytes = 16

/** Undefined on a platform that it is not there for, as those without glibc. */
export function loadSodium(): Sodium | undefined {
  try {
    const all = createRequire(import.meta.url)('sodium-native') as Sodium
    const { crypto_aead_chacha20poly1305_ietf_encrypt, crypto_aead_chacha20poly1305_ietf_decrypt } = all
    // Of hundreds, which V8 looks up one by one.
    return { crypto_aead_chacha20poly1305_ietf_encrypt, crypto_aead_chacha20poly1305_ietf_decrypt }
  } catch {
    return undefined
  }
}
