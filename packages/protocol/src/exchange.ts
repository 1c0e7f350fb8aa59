/**
 * When PEERS goes to a neighbour, and what it says (RFC 1, section "Peer exchange").
 *
 * Who is told of peers again and again has less use for it each time, so the pauses grow. Who has nobody left to try asks
 * all its neighbours, by a PEERS that names nobody.
 */
import type { Config } from './config.ts'
import type { Rng } from './contract.ts'
import type { Millis, PeerId } from './ids.ts'
import { peersMax } from './wire/limits.ts'
import type { PeerInfo, Peers as PeersMessage } from './wire/messages.ts'

interface Schedule {
  toldAt: Millis
  /** The next PEERS, */
  tellAt: Millis
  /** and the pause after that, but for the spread. */
  pauseMs: Millis
  /** It is not asked before: what came when it came up was unasked. */
  askAt: Millis
}

export class Exchange {
  readonly #config: Config
  readonly #rng: Rng
  /** Of each neighbour. */
  readonly #schedules = new Map<PeerId, Schedule>()
  /** Whether this node needs neighbours and knows nobody to dial. */
  isSearching = false

  constructor(config: Config, rng: Rng) {
    this.#config = config
    this.#rng = rng
  }

  /** When there is next something to say. */
  get next(): Millis {
    let next = Number.POSITIVE_INFINITY
    for (const { tellAt, askAt } of this.#schedules.values())
      next = Math.min(next, tellAt, this.isSearching ? askAt : next)
    return next
  }

  /** Who is to be told now, each by `tell`. */
  due(now: Millis): PeerId[] {
    return [...this.#schedules].filter(([, { tellAt }]) => tellAt <= now).map(([peer]) => peer)
  }

  /** It asks: whether it is told, which it is once in `peersIntervalMs`. */
  mayAsk(peer: PeerId, now: Millis): boolean {
    const { peersIntervalMs, peersJitter } = this.#config
    const schedule = this.#schedules.get(peer)
    return schedule !== undefined && now - schedule.toldAt >= peersIntervalMs * (1 - peersJitter)
  }

  /**
   * What it is told now.
   *
   * @returns undefined when there is nobody to tell of; then the pauses do not grow
   */
  tell(peer: PeerId, candidates: Iterable<PeerInfo>, now: Millis): PeersMessage | undefined {
    const { peersIntervalMs, peersPauseMs, peersPauseLongestMs } = this.#config
    const message = peersFor(peer, candidates, { config: this.#config, rng: this.#rng })
    const before = this.#schedules.get(peer)
    const pauseMs = before?.pauseMs ?? peersPauseMs
    this.#schedules.set(peer, {
      toldAt: now,
      tellAt: now + this.#spread(pauseMs),
      pauseMs: message === undefined ? pauseMs : Math.min(2 * pauseMs, peersPauseLongestMs),
      askAt: before?.askAt ?? now + this.#spread(peersIntervalMs)
    })
    return message
  }

  /** Whom to ask now. */
  ask(now: Millis): PeerId[] {
    if (!this.isSearching) return []
    const asked = [...this.#schedules].filter(([, { askAt }]) => askAt <= now)
    for (const [, schedule] of asked) schedule.askAt = now + this.#spread(this.#config.peersIntervalMs)
    return asked.map(([peer]) => peer)
  }

  forget(peer: PeerId): void {
    this.#schedules.delete(peer)
  }

  /** Nodes that started together do not stay in step. */
  #spread(ms: Millis): Millis {
    return ms * (1 + this.#config.peersJitter * (2 * this.#rng() - 1))
  }
}

/**
 * Up to 16 of `candidates`, at random, without the receiver itself and those without addresses. A few servers come first:
 * who loses this node must know of somebody whom everyone can reach.
 *
 * @returns undefined when there is nobody to tell of
 */
export function peersFor(
  receiver: PeerId,
  candidates: Iterable<PeerInfo>,
  { config, rng }: { config: Config; rng: Rng }
): PeersMessage | undefined {
  const useful = new Map<PeerId, PeerInfo>()
  for (const { peer, addresses, server } of candidates) {
    const isUseful = peer !== receiver && addresses.length > 0
    if (isUseful && !useful.has(peer)) useful.set(peer, { peer, addresses, server })
  }
  const shuffled = shuffle([...useful.values()], rng)
  const servers = shuffled.filter(({ server }) => server).slice(0, config.serversToldMax)
  const peers = [...servers, ...shuffled.filter(info => !servers.includes(info))].slice(0, peersMax)
  return peers.length === 0 ? undefined : { type: 'peers', peers }
}

function shuffle<T>(list: T[], rng: Rng): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(rng() * (i + 1))
    const [a, b] = [list[i] as T, list[j] as T]
    list[i] = b
    list[j] = a
  }
  return list
}
