/**
 * This node's row about itself, while it publishes (RFC 1, sections "Rows" and "Starvation"). Others can use it only with
 * a signature, so each new version is signed first, by the driver, and told then.
 */
import type { Config } from './config.ts'
import type { Millis, PeerId } from './ids.ts'
import type { Timers } from './timers.ts'
import { isNewer, type Version } from './version.ts'
import type { SeqnoReq, SyncRow } from './wire/messages.ts'

export class OwnRow {
  readonly #self: PeerId
  readonly #config: Config
  readonly #timers: Timers
  /** The newest version that was given out to be signed; undefined while this node does not publish. */
  #version: Version | undefined
  #told: SyncRow | undefined
  #isSigning = false
  #raisedAt: Millis | undefined
  /** When it will have raised its seqno as often as it may in the long run. */
  #evenAt: Millis = Number.NEGATIVE_INFINITY
  /** The least epoch that is newer than all that others may still know of this node. */
  #epochMin = 0

  constructor(self: PeerId, config: Config, timers: Timers) {
    this.#self = self
    this.#config = config
    this.#timers = timers
  }

  /** As it was last told; undefined before that, and when this node does not publish. */
  get told(): SyncRow | undefined {
    return this.#told
  }

  /** Returns the version to be signed; undefined when this node publishes already. */
  start(epoch: number): Version | undefined {
    if (this.#version !== undefined) return undefined
    this.#raisedAt = undefined
    return this.#sign({ epoch: Math.max(epoch, this.#epochMin), seqno: 0 })
  }

  /** Returns the retraction, if anything is to be retracted. It carries the version that it ends. */
  stop(): SyncRow | undefined {
    const told = this.#told
    if (this.#version !== undefined) this.#epochMin = this.#version.epoch + 1
    this.#version = undefined
    this.#told = undefined
    this.#isSigning = false
    this.#timers.clear('seqno')
    return told && { origin: told.origin, epoch: told.epoch, seqno: told.seqno, metricUs: undefined, hops: 0 }
  }

  /** Returns the row to be told; undefined for a version that is out of date by now. */
  handleSigned(version: Version, signature: Uint8Array): SyncRow | undefined {
    const { epoch, seqno } = version
    if (!this.#isSigning || epoch !== this.#version?.epoch || seqno !== this.#version.seqno) return undefined
    this.#isSigning = false
    this.#told = { origin: this.#self, epoch, seqno, metricUs: 0, hops: 0, signature }
    return this.#told
  }

  /**
   * A neighbour, or somebody behind it, needs a newer seqno. Only the next one can be asked for, and it is given once in
   * `seqnoRaiseInterval`, and not more often than `seqnoRaiseRate`: who asks sooner waits for the end of that.
   */
  handleRequest(request: SeqnoReq, now: Millis): Version | undefined {
    const version = this.#version
    if (version === undefined || this.#isSigning) return undefined
    if (request.epoch !== version.epoch || request.seqno !== version.seqno + 1) return undefined
    const at = this.#mayRaiseAt(now)
    if (at <= now) return this.#raiseSeqno(now)
    this.#timers.setBy('seqno', at)
    return undefined
  }

  /** The timer `seqno`: what was asked for too soon. */
  handleTimeout(now: Millis): Version | undefined {
    return this.#isSigning ? undefined : this.#raiseSeqno(now)
  }

  /**
   * A neighbour has a row of this node that is newer than any of this run: its clock has gone back since an earlier one.
   * Until the epoch is above that, no other node can use what this one says.
   */
  handleEcho(row: SyncRow): Version | undefined {
    if (row.metricUs === undefined || !Number.isSafeInteger(row.epoch + 1)) return undefined
    const isKnown = this.#version !== undefined && !isNewer(row, this.#version)
    return isKnown ? undefined : this.raise(row.epoch + 1)
  }

  /** The epoch is to be `epoch` at least, now or when this node publishes. */
  raise(epoch: number): Version | undefined {
    this.#epochMin = Math.max(this.#epochMin, epoch)
    if (this.#version === undefined || epoch <= this.#version.epoch) return undefined
    return this.#sign({ epoch, seqno: 0 })
  }

  #mayRaiseAt(now: Millis): Millis {
    const { seqnoRaiseIntervalMs, seqnoRaiseRate } = this.#config
    const byInterval = this.#raisedAt === undefined ? now : this.#raisedAt + seqnoRaiseIntervalMs
    const byRate = this.#evenAt - ((seqnoRaiseRate.burst - 1) * 1_000) / seqnoRaiseRate.perSecond
    return Math.max(byInterval, byRate)
  }

  #raiseSeqno(now: Millis): Version | undefined {
    const version = this.#version
    if (version === undefined || !Number.isSafeInteger(version.seqno + 1)) return undefined
    this.#raisedAt = now
    this.#evenAt = Math.max(this.#evenAt, now) + 1_000 / this.#config.seqnoRaiseRate.perSecond
    return this.#sign({ epoch: version.epoch, seqno: version.seqno + 1 })
  }

  #sign(version: Version): Version {
    this.#version = version
    this.#isSigning = true
    return version
  }
}
