/** The lower side of the tree: what the children of a stream are told of its way. */
import type { PathTag, PeerId } from './ids.ts'
import { nack, type RelayEvent } from './relay-event.ts'
import type { Child, Rate, Stream } from './streams.ts'
import { uint32Max } from './wire/limits.ts'
import type { WireRate } from './wire/messages.ts'

/** SUB_OK. `tag`: this node's own, the last of the way that is told. */
export function confirm({ id, path, rate }: Stream, tag: PathTag, peer: PeerId, child: Child): RelayEvent {
  child.confirmed = true
  const known = { ...(rate && { rate: toWire(rate) }), ...(child.attempt > 0 && { attempt: child.attempt }) }
  return { type: 'send', peer, message: { type: 'sub-ok', stream: id, path: [...path, tag], ...known } }
}

function toWire({ meanBps, peakBps }: Rate): WireRate {
  const toKbps = (bps: number) => Math.min(Math.ceil(bps / 1_000), uint32Max)
  return { mean: toKbps(meanBps), peak: toKbps(Math.max(meanBps, peakBps)) }
}

export function confirmAll(state: Stream, tag: PathTag): RelayEvent[] {
  return [...state.children].map(([peer, child]) => confirm(state, tag, peer, child))
}

/** The way is as it was: those who have waited for one are answered. */
export function confirmWaiting(state: Stream, tag: PathTag): RelayEvent[] {
  const waiting = [...state.children].filter(([, child]) => !child.confirmed)
  return waiting.map(([peer, child]) => confirm(state, tag, peer, child))
}

/** The way is another: whom it was told before is told again. */
export function tellWay(state: Stream, tag: PathTag): RelayEvent[] {
  const confirmed = [...state.children].filter(([, child]) => child.confirmed)
  return confirmed.map(([peer, child]) => confirm(state, tag, peer, child))
}

/** There is no way for now: children that were promised one are told. They stay, and are answered when there is. */
export function disown({ id, children }: Stream): RelayEvent[] {
  const events: RelayEvent[] = []
  for (const [peer, child] of children) {
    if (child.confirmed) events.push(nack(peer, id, 'no-route'))
    child.confirmed = false
  }
  return events
}
