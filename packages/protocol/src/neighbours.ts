/** The neighbours: joins `links`, which knows them, and `peers`, which chooses them. */
import type { Config } from './config.ts'
import type { Input, Rng } from './contract.ts'
import type { Millis, PeerId } from './ids.ts'
import { type LinkEvent, Links } from './links.ts'
import { Peers, type PeersEvent } from './peers.ts'
import type { Slot } from './places.ts'
import type { Timers } from './timers.ts'
import type { Beat, Close, CloseCode, Hello, Peers as PeersMessage } from './wire/messages.ts'

export type NeighbourEvent = LinkEvent | Extract<PeersEvent, { type: 'dial' }>

type ConnectionInput = Extract<Input, { type: 'connected' | 'disconnected' | 'addresses' | 'dial-failed' }>

export class Neighbours {
  /** For looking things up, and for what concerns them alone. */
  readonly links: Links
  readonly #peers: Peers

  /** @param isUsed whether a neighbour is parent or child of a stream */
  constructor(
    self: PeerId,
    services: { config: Config; timers: Timers; rng: Rng },
    isUsed: (peer: PeerId) => boolean
  ) {
    this.links = new Links(services.config, services.timers)
    this.#peers = new Peers(self, services, { rttMs: peer => this.links.rttMs(peer), isUsed })
  }

  /** Why it is a neighbour; undefined when it is none. */
  slot(peer: PeerId): Slot | undefined {
    return this.#peers.slot(peer)
  }

  handleInput(input: ConnectionInput, now: Millis): NeighbourEvent[] {
    const { peer } = input
    switch (input.type) {
      case 'connected':
        return this.#onConnected(peer, input.outbound, now)
      case 'disconnected':
        // Before HELLO there is no `down`.
        return [
          ...this.#joined(this.links.handleDisconnected(peer), now),
          ...this.#chosen(this.#peers.handleGone(peer, now), now)
        ]
      case 'addresses':
        return this.#chosen(this.#peers.handleAddresses(peer, input.addresses, now), now)
      case 'dial-failed':
        return this.#chosen(this.#peers.handleDialFailed(peer, now), now)
    }
  }

  handleMessage(peer: PeerId, message: Hello | Beat | PeersMessage | Close, now: Millis): NeighbourEvent[] {
    switch (message.type) {
      case 'hello':
        return this.#joined(this.links.handleHello(peer, message), now)
      case 'beat':
        return this.links.handleBeat(peer, message, now)
      case 'peers':
        return this.#chosen(this.#peers.handlePeers(peer, message.peers, now), now)
      case 'close':
        return this.#joined(this.links.handleClose(peer, message.code), now)
    }
  }

  /** Forgets the neighbour and has its connection closed. */
  close(peer: PeerId, code: CloseCode, reason: string, now: Millis): NeighbourEvent[] {
    return this.#joined(this.links.close(peer, code, reason), now)
  }

  /** These may have what is wanted here, says a neighbour. */
  suggest(from: PeerId, peers: readonly PeerId[], now: Millis): NeighbourEvent[] {
    return this.#chosen(this.#peers.suggest(from, peers, now), now)
  }

  handleTimeout(timer: 'beat' | 'peers', now: Millis): NeighbourEvent[] {
    if (timer === 'beat') return this.#joined(this.links.handleTimeout(now), now)
    return this.#chosen(this.#peers.handleTimeout(now), now)
  }

  #onConnected(peer: PeerId, outbound: boolean, now: Millis): NeighbourEvent[] {
    const refusal = this.#peers.handleConnected(peer, outbound)
    if (refusal === undefined) return this.links.handleConnected(peer, now)
    return this.links.refuse(peer, this.#peers.introduce(peer), refusal)
  }

  #joined(events: LinkEvent[], now: Millis): NeighbourEvent[] {
    return events.flatMap(event => {
      const { type } = event
      if (type === 'up') {
        return [event, ...this.#chosen(this.#peers.handleUp(event.peer, event.server, now), now)]
      }
      if (type !== 'down' && type !== 'close') return [event]
      return [event, ...this.#chosen(this.#peers.handleGone(event.peer, now), now)]
    })
  }

  #chosen(events: PeersEvent[], now: Millis): NeighbourEvent[] {
    return events.flatMap(event =>
      event.type === 'surplus' ? this.close(event.peer, 'surplus', event.reason, now) : [event]
    )
  }
}
