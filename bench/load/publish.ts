import type { Client } from '../clients/client.ts'
import { connect } from '../clients/connect.ts'
import { Credit } from './credit.ts'
import type { Pace, PublishPlan } from './plan.ts'
import { nowMs, stamp } from './stamp.ts'
import { Tally } from './tally.ts'

/** Until all subscribers have heard something, each channel gets a message this often. */
const probeEveryMs = 50
/** While others are measured: enough for those that close what is silent for ten seconds. */
const restEveryMs = 5_000
const tickMs = 1
/**
 * Without progress for so long, one more is written: when it comes, what is missing before it was dropped. A whole window would
 * be too much for a relay that has dropped nothing, and is only slow.
 */
const probeAfterMs = 200

export interface Publishing {
  creditPort: number | undefined
  /** What is written. */
  tally: Tally
  /** Keeps the pace, until `rest`. */
  go(): void
  rest(): void
}

export async function publish(plan: PublishPlan): Promise<Publishing> {
  const clients: Client[] = []
  for (let i = 0; i < plan.publishers; i++) clients.push(await connect(plan.endpoint, 'publisher'))
  const writer = new Writer(plan, clients)
  const { pace, channels } = plan
  const flood = pace.type === 'saturated' ? new Flood(pace, () => writer.write()) : undefined
  const credit = flood && (await Credit.listen(number => flood.handleSeen(number)))
  const trickle = (everyMs: number) => {
    const timer = setInterval(() => {
      for (let i = 0; i < channels.length; i++) writer.write()
    }, everyMs)
    return () => clearInterval(timer)
  }
  let stop = trickle(probeEveryMs)
  return {
    creditPort: credit?.port,
    tally: writer.tally,
    go() {
      stop()
      if (pace.type === 'steady') stop = keepPace(pace.perSecond * channels.length, () => writer.write())
      else if (flood !== undefined) stop = flood.go()
    },
    rest() {
      stop()
      stop = trickle(restEveryMs)
    }
  }
}

/** Writes to one channel after the other. */
class Writer {
  readonly #plan: PublishPlan
  readonly #clients: readonly Client[]
  readonly tally = new Tally(false)
  #written = 0

  constructor(plan: PublishPlan, clients: readonly Client[]) {
    this.#plan = plan
    this.#clients = clients
  }

  /** @returns the message's number, from 1 */
  write(): number {
    const { channels, payloadBytes, groupObjects } = this.#plan
    const isKey = Math.floor(this.#written / channels.length) % groupObjects === 0
    const channel = this.#written++ % channels.length
    const client = this.#clients[channel % this.#clients.length] as Client
    const payload = new Uint8Array(payloadBytes)
    const sentMs = nowMs()
    stamp(payload, this.#written, sentMs)
    client.publish(channels[channel] as string, payload, isKey)
    this.tally.add(() => sentMs)
    return this.#written
  }
}

/** Calls `write` so often, evenly but for what a timer can do, until what it returns is called. */
function keepPace(perSecond: number, write: () => void): () => void {
  const begun = nowMs()
  let done = 0
  const timer = setInterval(() => {
    const due = ((nowMs() - begun) * perSecond) / 1_000
    for (; done < due; done++) write()
  }, tickMs)
  return () => clearInterval(timer)
}

/** As much as the subscribers see. */
class Flood {
  readonly #window: number
  readonly #write: () => number
  #going = false
  #written = 0
  #seen = 0
  #seenAt = 0

  constructor({ window }: Extract<Pace, { type: 'saturated' }>, write: () => number) {
    this.#window = window
    this.#write = () => {
      this.#written = write()
      return this.#written
    }
  }

  /** Until what it returns is called. */
  go(): () => void {
    this.#going = true
    this.#pump()
    const timer = setInterval(() => {
      if (performance.now() - this.#seenAt >= probeAfterMs) this.#pump()
    }, probeAfterMs)
    return () => {
      this.#going = false
      clearInterval(timer)
    }
  }

  handleSeen(number: number): void {
    if (number > this.#seen) this.#advance(number)
  }

  #advance(seen: number): void {
    this.#seen = seen
    this.#seenAt = performance.now()
    if (this.#going) this.#pump()
  }

  #pump(): void {
    do this.#write()
    while (this.#written < this.#seen + this.#window)
  }
}
