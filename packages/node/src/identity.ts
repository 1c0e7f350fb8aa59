import { randomBytes } from 'node:crypto'
import { type FileHandle, link, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { CliError, reasonOf } from './errors.ts'

export type Identity = Ed25519PrivateKey

/** An Ed25519 key takes 68 bytes; a file that is much longer is something else. */
const fileBytesMax = 1024

/** A key that is forgotten at the end of the process. */
export function temporaryIdentity(): Promise<Identity> {
  return generateKeyPair('Ed25519')
}

/**
 * The key in the file at `path`: the protobuf encoding of a libp2p private key, which other libp2p software reads too.
 * A missing file is made, readable by its owner only, whole or not at all. A file that is there is never written to.
 *
 * @throws CliError when the file is damaged, cannot be read, or cannot be made
 */
export async function loadIdentity(
  path: string
): Promise<{ identity: Identity; isNew: boolean; isOpen: boolean }> {
  const found = await readIdentity(path)
  if (found !== undefined) return { ...found, isNew: false }
  const identity = await temporaryIdentity()
  const written = await writeNewFile(path, privateKeyToProtobuf(identity))
  if (written) return { identity, isNew: true, isOpen: false }
  // Another process has made it in the meantime: then that is the identity.
  const other = await readIdentity(path)
  if (other === undefined)
    throw new CliError(`identity file ${path} comes and goes: is something else using it?`)
  return { ...other, isNew: false }
}

/** @returns undefined when there is no file; `isOpen` when others than its owner may read it */
async function readIdentity(path: string): Promise<{ identity: Identity; isOpen: boolean } | undefined> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new CliError(`identity file ${path} cannot be read: ${reasonOf(error)}`)
  }
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw new CliError(`identity file ${path} is no file`)
    if (stats.size > fileBytesMax) throw damaged(path)
    const identity = await decodeIdentity(await file.readFile())
    if (identity === undefined) throw damaged(path)
    return { identity, isOpen: process.platform !== 'win32' && (stats.mode & 0o077) !== 0 }
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError(`identity file ${path} cannot be read: ${reasonOf(error)}`)
  } finally {
    await file.close()
  }
}

function damaged(path: string): CliError {
  return new CliError(
    `identity file ${path} is damaged or no Ed25519 key, and is left as it is: restore it from a copy, ` +
      'or move it away to get a new identity'
  )
}

/** A key with a flipped bit still has the right length, so it has to sign before it is believed. */
async function decodeIdentity(bytes: Uint8Array): Promise<Identity | undefined> {
  try {
    const key = privateKeyFromProtobuf(bytes)
    if (key.type !== 'Ed25519') return undefined
    const message = randomBytes(32)
    const works = await key.publicKey.verify(message, await key.sign(message))
    return works && Buffer.from(privateKeyToProtobuf(key)).equals(bytes) ? key : undefined
  } catch {
    return undefined
  }
}

/** @returns false when the file exists by now */
async function writeNewFile(path: string, bytes: Uint8Array): Promise<boolean> {
  // A hard link to a complete file appears at once and replaces nothing, unlike a rename.
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(draft, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    const isFolderMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const reason = isFolderMissing ? `there is no folder ${dirname(path)}` : reasonOf(error)
    throw new CliError(`identity file ${path} cannot be made: ${reason}`)
  } finally {
    await unlink(draft).catch(() => {})
  }
}
