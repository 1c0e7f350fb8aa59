/** The ways to break a core: `Overlay` with other constants, or with somebody at its door who changes what it hears or says. */
import { type Config, type Input, type Output, Overlay, type PeerId, streamId } from '@hopcast/protocol'
import { pathTag } from '../../packages/protocol/src/ids.ts'
import type { Message, MetricRow, SyncRow } from '../../packages/protocol/src/wire/messages.ts'
import type { Core } from '../sim/node.ts'
import { RowNames, rowsOf } from './row-names.ts'
import { type CreateOverlay, intercepted } from './tested-core.ts'

export interface Twist {
  /** What it takes an input for; undefined: nothing. */
  hears?: (input: Input, core: Overlay) => Input | undefined
  /** What it says in place of what the core said. */
  says?: (outputs: Output[], input: Input, core: Overlay) => Output[]
  isNews?: Core['isNews']
}

/** `Overlay` with other constants, whatever a scenario asks for. */
export function configured(config: Partial<Config>): CreateOverlay {
  return options => new Overlay({ ...options, config: { ...options.config, ...config } })
}

/** `Overlay` behind a twist, of which each core has its own. */
export function twisted(twist: () => Twist): CreateOverlay {
  return options => {
    const core = new Overlay(options)
    const { hears, says, isNews } = twist()
    const handle: Core['handle'] = (input, now) => {
      const heard = hears === undefined ? input : hears(input, core)
      const outputs = heard === undefined ? [] : core.handle(heard, now)
      return says === undefined ? outputs : says(outputs, input, core)
    }
    return intercepted(core, { handle, ...(isNews && { isNews }) })
  }
}

/** `Overlay` that is late, and makes up for each of its timers as though it had been in time. */
export const catchingUp: CreateOverlay = options => {
  const core = new Overlay(options)
  const handle: Core['handle'] = (input, now) => {
    const outputs: Output[] = []
    for (let at = core.deadline(); at !== undefined && at < now; at = core.deadline()) {
      outputs.push(...core.handle({ type: 'timeout' }, at))
    }
    return [...outputs, ...core.handle(input, now)]
  }
  return intercepted(core, { handle })
}

/** `Overlay` that says other rows than it means. */
export function rows(change: <T extends SyncRow | MetricRow>(row: T) => T[]): CreateOverlay {
  const changed = (output: Output): Output => {
    if (output.type !== 'send') return output
    const { message } = output
    if (message.type === 'metrics')
      return { ...output, message: { ...message, rows: message.rows.flatMap(row => change(row)) } }
    if (message.type !== 'sync') return output
    return { ...output, message: { type: 'sync', rows: message.rows.flatMap(row => change(row)) } }
  }
  return twisted(() => ({ says: outputs => outputs.map(changed) }))
}

/** `Overlay` that never says a kind of message. */
export function silentOn(type: Message['type']): CreateOverlay {
  return twisted(() => ({ says: outputs => outputs.filter(not(sends(type))) }))
}

/** `Overlay` that takes no notice of a kind of message. */
export function deafTo(type: Message['type']): CreateOverlay {
  return twisted(() => ({ hears: input => (isMessage(input, type) ? undefined : input) }))
}

type Heard<T extends Message['type']> = Extract<Input, { type: 'message' }> & {
  message: Extract<Message, { type: T }>
}

export function isMessage<T extends Message['type']>(input: Input, type: T): input is Heard<T> {
  return input.type === 'message' && input.message.type === type
}

export function sends(type: Message['type']): (output: Output) => boolean {
  return output => output.type === 'send' && output.message.type === type
}

export function not(test: (output: Output) => boolean): (output: Output) => boolean {
  return output => !test(output)
}

/** It takes the rows of a SYNC for others than they are. */
export function hearingRows(input: Input, change: (rows: SyncRow[], peer: PeerId) => SyncRow[]): Input {
  if (!isMessage(input, 'sync')) return input
  return { ...input, message: { ...input.message, rows: change(input.message.rows, input.peer) } }
}

/** Says rows that it hears to its other neighbours, as though the ways were its own. */
export function passingOnRows(isMeant: (row: SyncRow, from: PeerId, core: Overlay) => boolean): Twist {
  return {
    says: (outputs, input, core) => {
      if (!isMessage(input, 'sync')) return outputs
      const rows = input.message.rows.filter(row => isMeant(row, input.peer, core))
      return rows.length === 0 ? outputs : [...outputs, ...toOthers(core, input.peer, { type: 'sync', rows })]
    }
  }
}

/** A message to all neighbours but one. */
export function toOthers(core: Overlay, from: PeerId, message: Message): Output[] {
  const others = [...core.neighbours()].filter(({ peer }) => peer !== from)
  return others.map(({ peer }) => ({ type: 'send', peer, message }))
}

/** From an input of a kind on it hands out no objects, to children or to its own application. */
export function stoppingAt(type: 'forward' | 'deliver', isMeant: (input: Input) => boolean): Twist {
  let isOver = false
  return {
    says: (outputs, input) => {
      isOver ||= isMeant(input)
      return isOver ? outputs.filter(output => output.type !== type) : outputs
    }
  }
}

/** It takes nobody for a neighbour again who was one. */
export function unforgiving(): Twist {
  const lost = new Set<PeerId>()
  return {
    hears: input => {
      if (input.type === 'disconnected') lost.add(input.peer)
      return input.type === 'connected' && lost.has(input.peer) ? undefined : input
    }
  }
}

/** Every neighbour seems to be nearer to a publisher than this node has ever claimed to be. */
export function withoutFeasibility(): Twist {
  const least = new Map<PeerId, number>()
  const own = new RowNames()
  const heard = new Map<PeerId, RowNames>()
  const nearer = <T extends SyncRow | MetricRow>(row: T, names: RowNames): T => {
    const claimed = least.get(names.originOf(row))
    if (row.metricUs === undefined || claimed === undefined) return row
    return { ...row, metricUs: Math.max(0, Math.min(row.metricUs, claimed - 1)) }
  }
  const hears = (input: Input): Input => {
    if (!isMessage(input, 'sync') && !isMessage(input, 'metrics')) return input
    const names = heard.get(input.peer) ?? new RowNames()
    heard.set(input.peer, names)
    const { message } = input
    if (message.type === 'metrics')
      return { ...input, message: { ...message, rows: message.rows.map(row => nearer(row, names)) } }
    return { ...input, message: { type: 'sync', rows: message.rows.map(row => nearer(row, names)) } }
  }
  const says = (outputs: Output[]): Output[] => {
    for (const output of outputs) {
      if (output.type !== 'send') continue
      for (const row of rowsOf(output.message)) {
        const origin = own.originOf(row)
        const { metricUs = Number.POSITIVE_INFINITY } = row
        least.set(origin, Math.min(metricUs, least.get(origin) ?? Number.POSITIVE_INFINITY))
      }
    }
    return outputs
  }
  return { hears, says }
}

export function repeatingQuestions(): Twist {
  let passedOn: Output | undefined
  return {
    says: (outputs, input) => {
      if (!isMessage(input, 'seqno-req')) return outputs
      passedOn = outputs.find(sends('seqno-req')) ?? passedOn
      return outputs.length > 0 || passedOn === undefined ? outputs : [passedOn]
    }
  }
}

export function echoingAnnouncements(outputs: Output[], input: Input): Output[] {
  if (input.type !== 'announcement' || input.from === undefined) return outputs
  const { signed } = input.announcement
  return [...outputs, { type: 'send', peer: input.from, message: { type: 'announce', announcement: signed } }]
}

export function agelessAnnouncements(): Twist {
  let seqno = 0
  return {
    isNews: () => true,
    hears: input => {
      if (input.type !== 'announcement') return input
      seqno++
      const announcement = { ...input.announcement.announcement, seqno }
      return { ...input, announcement: { ...input.announcement, announcement } }
    }
  }
}

export function promising(outputs: Output[], input: Input): Output[] {
  if (!isMessage(input, 'sub') || outputs.some(sends('sub-ok'))) return outputs
  const path = [pathTag(input.message.publisher)]
  const message = { type: 'sub-ok' as const, stream: streamId(input.message), path }
  return [...outputs, { type: 'send', peer: input.peer, message }]
}

/** Tells the one that it asked before that it is not needed, as soon as it asks another. */
export function leavingEarly(): Twist {
  const askedBefore = new Map<string, PeerId>()
  return {
    says: outputs =>
      outputs.flatMap(output => {
        if (output.type !== 'send' || output.message.type !== 'sub') return [output]
        const stream = streamId(output.message)
        const before = askedBefore.get(stream)
        askedBefore.set(stream, output.peer)
        if (before === undefined || before === output.peer) return [output]
        return [{ type: 'send', peer: before, message: { type: 'unsub', stream } }, output]
      })
  }
}

/** Tells everyone of a way over the one that it asks beside another as soon as it asks. */
export function claimingUntaken(): Twist {
  const peers = new Set<PeerId>()
  const asked = new Set<string>()
  return {
    hears: input => {
      if (input.type === 'connected') peers.add(input.peer)
      return input
    },
    says: outputs =>
      outputs.flatMap(output => {
        if (output.type !== 'send' || output.message.type !== 'sub') return [output]
        const stream = streamId(output.message)
        if (!asked.has(stream)) {
          asked.add(stream)
          return [output]
        }
        const message: Message = { type: 'metrics', rows: [{ number: 0, seqno: 0, metricUs: 1, hops: 2 }] }
        return [output, ...[...peers].map(peer => ({ type: 'send' as const, peer, message }))]
      })
  }
}

export function withoutStart(output: Output): Output {
  if (output.type !== 'send' || output.message.type !== 'sub') return output
  const { startSeq: _, ...message } = output.message
  return { ...output, message }
}

/** Each SUB looks like the first. */
export function withoutAttempt(output: Output): Output {
  if (output.type !== 'send' || output.message.type !== 'sub') return output
  const { attempt: _, ...message } = output.message
  return { ...output, message }
}

export function sendingTwice(output: Output): Output[] {
  return output.type === 'forward' ? [output, output] : [output]
}

/** Whatever way a neighbour tells, it seems to come straight from the publisher. */
export function blindToWays(input: Input): Input {
  if (!isMessage(input, 'sub-ok')) return input
  return { ...input, message: { ...input.message, path: input.message.path.slice(0, 1) } }
}

export function deliveringTwice(output: Output): Output[] {
  return output.type === 'deliver' ? [output, output] : [output]
}

/** As though the parent had sent it. */
export function adopted(input: Extract<Input, { type: 'object' }>, core: Core): Input {
  for (const { stream, upstream } of core.streams()) {
    if (stream === input.object.header.stream && upstream !== undefined) return { ...input, peer: upstream }
  }
  return input
}

/** With zeros in the bytes that are set aside. */
export function tidied(output: Output): Output {
  if (output.type !== 'forward') return output
  const bytes = output.object.bytes.slice()
  for (const at of [3, 6, 7, 36, 37, 38, 39]) bytes[at] = 0
  return { ...output, object: { ...output.object, bytes } }
}
