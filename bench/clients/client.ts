import type { Encryption } from './encryption.ts'

/** One connection to a relay, whatever it speaks, for as long as its process lives. */
export interface Client {
  /**
   * Hands a message over. What is handed over in one turn of the event loop leaves together, where the protocol allows.
   *
   * @param isKey whether it can be decoded alone: our relay drops from one to the next
   */
  publish(channel: string, payload: Uint8Array, isKey: boolean): void
  /** @param onMessage must not keep `payload`, which may be a view on what is read next */
  subscribe(channel: string, onMessage: (payload: Uint8Array) => void): void
}

/** What a client needs to know to reach a relay; a plain value, since clients live in processes of their own. */
export type Endpoint =
  /** Of a multiaddr with its peer id. */
  | { type: 'hopcast'; address: string }
  | { type: 'hopcast-least'; address: string }
  | { type: 'gossipsub'; address: string; encryption: Encryption }
  | { type: 'libp2p-send'; address: string }
  | { type: 'nats'; port: number; tls: boolean }
  | { type: 'mqtt'; port: number; tls: boolean }
  | { type: 'icecast'; port: number; tls: boolean }
  /** Length-prefixed messages, copied to all subscribers. */
  | { type: 'copy'; port: number; tls: boolean }
  /** The publisher is the server itself. */
  | { type: 'direct'; port: number; certificate: Certificate }

/** Of a server, as paths of PEM files. */
export interface Certificate {
  key: string
  cert: string
}

export type Role = 'publisher' | 'subscriber'
