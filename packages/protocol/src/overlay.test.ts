import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { VerifiedAnnouncement } from './channels.ts'
import type { Config } from './config.ts'
import type { Command, Input, Output, TrackRate } from './contract.ts'
import {
  endProof,
  type Millis,
  openChannelId,
  type PeerId,
  pathTag,
  type StreamId,
  streamId,
  toHex
} from './ids.ts'
import { Overlay } from './overlay.ts'
import type { Publication } from './own-runs.ts'
import { encodeControl } from './wire/control.ts'
import { peerIdFrom } from './wire/id-bytes.ts'
import type { Announcement, ObjectFrame, UnsignedMessage } from './wire/messages.ts'
import { encodeObject } from './wire/object.ts'

const peerId = (n: number) => peerIdFrom(new Uint8Array([0, 1, n]))
const [self, a, b, c] = [0, 1, 2, 3].map(peerId) as [PeerId, PeerId, PeerId, PeerId]
const name = 'demo'
const channel = openChannelId(name)
const publication: Publication = { channel, name, epoch: 5, catalog: new Uint8Array([7]) }
const hello: UnsignedMessage = { type: 'hello', version: 1, agent: 'test', server: false }
const written = { payload: new Uint8Array([1, 2, 3]), key: true, priority: 0, ttlMs: 0, timestampUs: 9 }

function overlay(config: Partial<Config> = {}, id = self): Overlay {
  return new Overlay({ self: id, config, rng: () => 0.5 })
}

function command(of: Overlay, given: Command, now = 0): Output[] {
  return of.handle({ type: 'command', command: given }, now)
}

function verified(over: Partial<Announcement> = {}, validForMs = 60_000): VerifiedAnnouncement {
  const announcement: Announcement = {
    ...publication,
    publisher: a,
    seqno: 0,
    expiresAt: 0,
    ended: false,
    ...over
  }
  return {
    announcement,
    signed: { body: new Uint8Array(), signature: new Uint8Array(64) },
    validForMs
  } as VerifiedAnnouncement
}

/** With `a` greeted at 0. */
function greeted(config: Partial<Config> = {}): Overlay {
  const made = overlay(config)
  made.handle({ type: 'connected', peer: a, outbound: false }, 0)
  made.handle({ type: 'message', peer: a, message: hello }, 0)
  return made
}

/** Overlays whose outputs reach each other at once and in order; what is left for an application is noted. */
class Line {
  readonly nodes = new Map<PeerId, Overlay>()
  readonly noted: { at: PeerId; output: Output }[] = []
  now: Millis = 0

  constructor(ids: PeerId[]) {
    for (const id of ids) this.nodes.set(id, overlay({}, id))
    for (const [i, id] of ids.slice(1).entries()) this.connect(ids[i] as PeerId, id)
  }

  connect(one: PeerId, two: PeerId): void {
    this.run(
      one,
      { type: 'connected', peer: two, outbound: false },
      { at: two, input: { type: 'connected', peer: one, outbound: false } }
    )
  }

  disconnect(one: PeerId, two: PeerId): void {
    this.run(
      one,
      { type: 'disconnected', peer: two },
      { at: two, input: { type: 'disconnected', peer: one } }
    )
  }

  run(at: PeerId, input: Input, ...more: { at: PeerId; input: Input }[]): void {
    const queue = [{ at, input }, ...more]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const output of this.nodes.get(next.at)?.handle(next.input, this.now) ?? []) {
        this.noted.push({ at: next.at, output })
        queue.push(...this.#inputs(next.at, output))
      }
    }
  }

  wait(ms: Millis): void {
    this.now += ms
    for (const id of this.nodes.keys()) this.run(id, { type: 'timeout' })
  }

  /** What the subscriber at `id` was told, in a few words. */
  heard(id: PeerId): string[] {
    return this.noted.flatMap(({ at, output }) => {
      if (at !== id) return []
      if (output.type === 'deliver') return [`object ${output.object.header.seq}`]
      return output.type === 'subscription' ? [output.event.type] : []
    })
  }

  #inputs(from: PeerId, output: Output): { at: PeerId; input: Input }[] {
    if (output.type === 'forward') {
      const { object } = output
      return output.peers.map(at => ({ at, input: { type: 'object', peer: from, object } }))
    }
    if (output.type === 'sign') {
      const { ttlMs, ...draft } = output.draft
      const announcement = verified(draft, ttlMs)
      announcement.signed.body = new TextEncoder().encode(JSON.stringify(draft))
      this.#signed.set(announcement.signed, announcement)
      return [{ at: from, input: { type: 'announcement', from: undefined, announcement } }]
    }
    if (output.type === 'sign-seqno') {
      return [{ at: from, input: { ...output, type: 'seqno-signed', signature: new Uint8Array(64) } }]
    }
    if (output.type !== 'send') return []
    const { peer: at, message } = output
    if (message.type !== 'announce') return [{ at, input: { type: 'message', peer: from, message } }]
    const announcement = this.#signed.get(message.announcement) as VerifiedAnnouncement
    return [{ at, input: { type: 'announcement', from, announcement } }]
  }

  readonly #signed = new Map<unknown, VerifiedAnnouncement>()
}

const publish: Input = { type: 'command', command: { type: 'publish', publication, tracks: [0] } }
const write: Input = { type: 'command', command: { type: 'write', channel, track: 0, object: written } }
const unpublish: Input = { type: 'command', command: { type: 'unpublish', channel } }
const subscribe: Input = {
  type: 'command',
  command: { type: 'subscribe', channel, tracks: [0], mode: 'any' }
}
const unsubscribe: Input = { type: 'command', command: { type: 'unsubscribe', channel } }

describe('Before HELLO', () => {
  const stream = '11'.repeat(16) as StreamId
  const messages: UnsignedMessage[] = [
    { type: 'beat', timeUs: 1 },
    { type: 'sync', rows: [] },
    { type: 'seqno-req', origin: a, epoch: 0, seqno: 0, hopsLeft: 1 },
    { type: 'sub', channel: openChannelId('demo'), publisher: self, epoch: 1, track: 0 },
    { type: 'sub-ok', stream, path: [pathTag(a)] },
    { type: 'sub-nack', stream, reason: 'full' },
    { type: 'unsub', stream },
    { type: 'route-query', channel: openChannelId('demo'), hopsLeft: 1 }
  ]

  test.each(messages)('$type closes the neighbour with unexpected', message => {
    const made = overlay()
    made.handle({ type: 'connected', peer: a, outbound: false }, 0)
    expect(made.handle({ type: 'message', peer: a, message }, 0)).toEqual([
      { type: 'send', peer: a, message: { type: 'close', code: 'unexpected' } },
      { type: 'close', peer: a, code: 'unexpected', reason: `${message.type} before HELLO` }
    ])
    expect([...made.neighbours()]).toEqual([])
  })

  test('an announcement closes the neighbour with unexpected', () => {
    const made = overlay()
    made.handle({ type: 'connected', peer: a, outbound: false }, 0)
    expect(made.handle({ type: 'announcement', from: a, announcement: verified() }, 0)).toMatchObject([
      { type: 'send', message: { type: 'close' } },
      { type: 'close', code: 'unexpected' }
    ])
    expect([...made.channels()]).toEqual([])
  })

  test('a neighbour is told nothing but HELLO and a beat, and everything after', () => {
    const made = overlay()
    const signing = command(made, { type: 'publish', publication, tracks: [0] })
    expect(signing).toContainEqual({ type: 'sign-seqno', epoch: publication.epoch, seqno: 0 })
    const version = { epoch: publication.epoch, seqno: 0, signature: new Uint8Array(64) }
    expect(made.handle({ type: 'seqno-signed', ...version }, 0)).toEqual([])
    const connected = made.handle({ type: 'connected', peer: a, outbound: false }, 0)
    expect(connected.map(output => output.type === 'send' && output.message.type)).toEqual(['hello', 'beat'])
    const up = made.handle({ type: 'message', peer: a, message: hello }, 0)
    expect(up[0]).toEqual({ type: 'neighbour', peer: a, change: 'up', reason: '' })
    expect(up[1]).toMatchObject({
      type: 'send',
      message: { type: 'sync', rows: [{ origin: self, metricUs: 0, ...version }] }
    })
  })
})

describe('A neighbour is closed', () => {
  test('with unexpected for a second HELLO, with version for another version', () => {
    expect(greeted().handle({ type: 'message', peer: a, message: hello }, 0)).toMatchObject([
      { type: 'send', peer: a, message: { type: 'close', code: 'unexpected' } },
      { type: 'close', peer: a, code: 'unexpected' },
      { type: 'neighbour', peer: a, change: 'down' }
    ])
    const made = overlay()
    made.handle({ type: 'connected', peer: a, outbound: false }, 0)
    expect(
      made.handle({ type: 'message', peer: a, message: { ...hello, version: 2 } as UnsignedMessage }, 0)
    ).toContainEqual(expect.objectContaining({ type: 'close', peer: a, code: 'version' }))
  })

  test.each<[string, Input]>([
    [
      'objects',
      {
        type: 'object',
        peer: a,
        object: encodeObject(
          { ...written, stream: '11'.repeat(16) as StreamId, seq: 0, end: false, list: false, lists: 0 },
          written.payload
        )
      }
    ],
    ['announcements', { type: 'announcement', from: a, announcement: verified() }]
  ])('with timeout when it is silent, and not while %s come', (_, input) => {
    const made = greeted({ neighbourTimeoutMs: 5_000 })
    const outputs: Output[] = []
    for (let now = 0; now < 8_000; now = made.deadline() ?? Number.POSITIVE_INFINITY) {
      if (now === 3_000) made.handle(input, now)
      outputs.push(...made.handle({ type: 'timeout' }, now))
    }
    expect(outputs).not.toContainEqual(expect.objectContaining({ type: 'close' }))
    expect(made.handle({ type: 'timeout' }, 8_000)).toContainEqual(
      expect.objectContaining({ type: 'close', peer: a, code: 'timeout' })
    )
  })

  test('with surplus past neighboursMax', () => {
    expect(
      greeted({ neighboursMax: 1 }).handle({ type: 'connected', peer: b, outbound: false }, 0)
    ).toContainEqual(expect.objectContaining({ type: 'close', peer: b, code: 'surplus' }))
  })

  test('that has said CLOSE, and its way is lost with it', () => {
    const made = greeted()
    const row = { origin: b, epoch: 1, seqno: 0, metricUs: 1, hops: 1 }
    made.handle({ type: 'message', peer: a, message: { type: 'sync', rows: [row] } }, 0)
    expect([...made.routes()]).toHaveLength(1)
    const reason = 'closed by it: leaving'
    expect(made.handle({ type: 'message', peer: a, message: { type: 'close', code: 'leaving' } }, 0)).toEqual(
      [
        { type: 'close', peer: a, code: undefined, reason },
        { type: 'neighbour', peer: a, change: 'down', reason }
      ]
    )
    expect([...made.routes()]).toEqual([])
  })

  test('and then nothing that still comes from it counts', () => {
    const made = greeted()
    made.handle({ type: 'message', peer: a, message: hello }, 0)
    const row = { origin: b, epoch: 1, seqno: 0, metricUs: 1, hops: 1 }
    expect(made.handle({ type: 'message', peer: a, message: { type: 'sync', rows: [row] } }, 0)).toEqual([])
    expect(made.handle({ type: 'announcement', from: a, announcement: verified() }, 0)).toEqual([])
    expect([...made.routes(), ...made.channels()]).toEqual([])
  })
})

describe('A peer that a neighbour tells of', () => {
  const peersOf = (...of: PeerId[]) => of.map(peer => ({ peer, addresses: [`/at/${peer}`], server: false }))
  const peers = { type: 'peers' as const, peers: peersOf(b) }

  test('is dialled while there are too few neighbours, and is one by choice when it answers', () => {
    const made = greeted({ neighboursTarget: 2 })
    expect(made.handle({ type: 'message', peer: a, message: peers }, 0)).toEqual([
      { type: 'dial', peer: b, addresses: [`/at/${b}`] }
    ])
    made.handle({ type: 'connected', peer: b, outbound: true }, 10)
    made.handle({ type: 'message', peer: b, message: hello }, 20)
    expect(Array.from(made.neighbours(), ({ peer }) => [peer, made.slot(peer)])).toEqual([
      [a, 'inbound'],
      [b, 'near']
    ])
  })

  test('is dialled again when it did not answer, after dialBackoffMinMs', () => {
    const made = greeted({ neighboursTarget: 2, dialBackoffMinMs: 30_000, neighbourTimeoutMs: 1_000_000 })
    made.handle({ type: 'message', peer: a, message: peers }, 0)
    expect(made.handle({ type: 'dial-failed', peer: b }, 1_000)).toEqual([])
    const dials: Millis[] = []
    for (let now = 0; now < 120_000; now = made.deadline() ?? Number.POSITIVE_INFINITY) {
      if (made.handle({ type: 'timeout' }, now).some(({ type }) => type === 'dial')) dials.push(now)
    }
    expect(dials).toHaveLength(1)
    expect(dials[0]).toBeGreaterThan(31_000)
  })

  test('is told to one that is refused, after HELLO and before CLOSE', () => {
    const made = greeted({ neighboursMax: 1 })
    made.handle({ type: 'addresses', peer: a, addresses: ['/at/a'] }, 0)
    const told = { type: 'peers', peers: [{ peer: a, addresses: ['/at/a'], server: false }] }
    expect(made.handle({ type: 'connected', peer: b, outbound: false }, 0)).toMatchObject([
      { type: 'send', peer: b, message: { type: 'hello' } },
      { type: 'send', peer: b, message: told },
      { type: 'send', peer: b, message: { type: 'close', code: 'surplus' } },
      { type: 'close', peer: b, code: 'surplus' }
    ])
  })

  test('is closed when there are too many, but not while it is a child', () => {
    const { channel, epoch } = publication
    const sub: UnsignedMessage = { type: 'sub', channel, publisher: self, epoch, track: 0 }
    for (const isChild of [false, true]) {
      const made = overlay({ neighboursTarget: 1, neighbourTimeoutMs: 1_000_000 })
      command(made, { type: 'publish', publication, tracks: [0] })
      made.handle({ type: 'connected', peer: a, outbound: true }, 0)
      made.handle({ type: 'message', peer: a, message: hello }, 0)
      made.handle({ type: 'message', peer: a, message: { ...peers, peers: peersOf(b, c) } }, 0)
      const closed: PeerId[] = []
      for (let now = 0; now < 300_000; now = made.deadline() ?? Number.POSITIVE_INFINITY) {
        for (const output of made.handle({ type: 'timeout' }, now)) {
          if (output.type === 'close') closed.push(output.peer)
          if (output.type !== 'dial') continue
          made.handle({ type: 'connected', peer: output.peer, outbound: true }, now)
          made.handle({ type: 'message', peer: output.peer, message: hello }, now)
        }
        for (const { peer } of made.neighbours()) {
          if (isChild && peer !== a) made.handle({ type: 'message', peer, message: sub }, now)
        }
      }
      expect(closed.includes(a)).toBe(false)
      expect(closed.length > 0).toBe(!isChild)
    }
  })
})

describe('Objects', () => {
  test('that were not asked for are counted, and go nowhere', () => {
    const object = encodeObject(
      { ...written, stream: '11'.repeat(16) as StreamId, seq: 0, end: false, list: false, lists: 0 },
      written.payload
    )
    const made = greeted()
    expect(made.handle({ type: 'object', peer: a, object }, 0)).toEqual([])
    expect(made.counters).toMatchObject({ duplicates: 0, unwanted: 1 })
  })

  test('go from a publisher through a relay to a subscriber, whole and in order', () => {
    const line = new Line([a, b, c])
    line.run(a, publish)
    line.run(c, subscribe)
    for (let i = 0; i < 3; i++) line.run(a, write)
    expect(line.heard(c)).toEqual(['started', 'route', 'object 0', 'object 1', 'object 2'])
    const delivered = line.noted.flatMap(({ output }) => (output.type === 'deliver' ? [output.object] : []))
    expect(delivered[0]?.bytes.subarray(40)).toEqual(written.payload)
  })

  test('cross each link once, however many subscribe behind it', () => {
    const line = new Line([a, b, c])
    line.nodes.set(self, overlay())
    line.connect(b, self)
    line.run(a, publish)
    for (const id of [b, c, self]) line.run(id, subscribe)
    line.run(a, write)
    expect([b, c, self].map(id => line.heard(id).at(-1))).toEqual(['object 0', 'object 0', 'object 0'])
    const forwards = line.noted.flatMap(({ at, output }) =>
      output.type === 'forward' ? [{ at, to: output.peers }] : []
    )
    expect(forwards).toEqual([
      { at: a, to: [b] },
      { at: b, to: [c, self] }
    ])
  })

  test('reach a subscriber on the node that publishes them', () => {
    const line = new Line([a])
    line.run(a, subscribe)
    line.run(a, publish)
    line.run(a, write)
    expect(line.heard(a)).toEqual(['started', 'route', 'object 0'])
  })
})

describe('A publication that others remember with a later run', () => {
  test('goes on above it: streams from 0, a newer row, and its application need not know', () => {
    const line = new Line([a, b, c])
    line.run(c, subscribe)
    line.run(a, publish)
    line.run(a, write)
    const old = verified({ publisher: a, epoch: 100, seqno: 3 })
    line.run(a, { type: 'announcement', from: b, announcement: old })
    line.run(a, write)
    expect(line.heard(c).filter(word => word !== 'route')).toEqual([
      'started',
      'object 0',
      'ended',
      'started',
      'object 0'
    ])
    expect(line.noted).toContainEqual({ at: a, output: { type: 'epoch', channel, epoch: 101 } })
    const rows = line.noted.flatMap(({ at, output }) =>
      at === a && output.type === 'send' && output.message.type === 'sync' ? output.message.rows : []
    )
    expect(rows.at(-1)).toMatchObject({ origin: a, epoch: 101, seqno: 0 })
  })
})

describe('Lists', () => {
  const list: Input = {
    type: 'command',
    command: { type: 'write', channel, track: 0, object: { ...written, list: true } }
  }
  const publishSigned: Input = {
    type: 'command',
    command: { type: 'publish', publication: { ...publication, objectsSigned: true }, tracks: [0] }
  }

  test('are objects of their stream, and those after them say how many there were', () => {
    const line = new Line([a, b, c])
    line.run(a, publishSigned)
    line.run(c, subscribe)
    for (const input of [write, list, write, list, list, write, unpublish]) line.run(a, input)
    const passed = line.noted.flatMap(({ at, output }) =>
      at === b && output.type === 'forward' ? [output.object.header] : []
    )
    expect(passed.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(passed.map(({ lists }) => lists)).toEqual([0, 0, 1, 1, 2, 3, 3])
    expect(passed.flatMap(header => (header.list ? [header.seq] : []))).toEqual([1, 3, 4])
    expect(passed.at(-1)?.end).toBe(true)
  })

  test('are asked for by the objects of a publication that is to be signed, and of no other', () => {
    const seqs = (line: Line) =>
      line.noted.flatMap(({ output }) => (output.type === 'written' ? [output.object.header.seq] : []))
    const [signed, plain] = [new Line([a]), new Line([a])]
    signed.run(a, publishSigned)
    plain.run(a, publish)
    for (const line of [signed, plain]) for (const input of [write, list, write]) line.run(a, input)
    expect(seqs(signed)).toEqual([0, 2])
    expect(seqs(plain)).toEqual([])
    const drafts = signed.noted.flatMap(({ output }) => (output.type === 'sign' ? [output.draft] : []))
    expect(drafts).toMatchObject([{ objectsSigned: true }])
  })

  test('that are not met put the neighbour at fault, and the stream goes another way', () => {
    const line = new Line([a, b, c])
    line.nodes.set(self, overlay())
    line.connect(a, self)
    line.connect(self, c)
    line.run(a, publishSigned)
    line.run(c, subscribe)
    line.wait(1_000)
    const parent = () => [...(line.nodes.get(c) as Overlay).streams()][0]
    const { upstream: liar, stream } = parent() ?? {}
    line.run(c, { type: 'altered', peer: liar as PeerId, stream: stream as StreamId })
    line.run(a, write)
    expect(parent()?.upstream).toBe(liar === b ? self : b)
    line.run(c, { type: 'altered', peer: liar as PeerId, stream: '22'.repeat(16) as StreamId })
  })
})

describe('The end of a run that proves it', () => {
  const seed = new Uint8Array(32).fill(9)

  function listening(): { line: Line; stream: StreamId } {
    const line = new Line([a, b, c])
    const proven = { ...publication, endSeed: seed }
    line.run(a, { type: 'command', command: { type: 'publish', publication: proven, tracks: [0] } })
    line.run(c, subscribe)
    line.run(a, write)
    const [view] = [...(line.nodes.get(c) as Overlay).streams()]
    return { line, stream: view?.stream as StreamId }
  }

  const end = (stream: StreamId, payload: Uint8Array): ObjectFrame => {
    const plain = { key: false, priority: 0, ttlMs: 0, timestampUs: 0, lists: 0, list: false }
    return encodeObject({ ...plain, stream, seq: 1, end: true }, payload)
  }

  test('is told to everyone by its last object', () => {
    const { line } = listening()
    line.run(a, unpublish)
    expect(line.heard(c).slice(-2)).toEqual(['object 0', 'ended'])
  })

  test.each([
    ['none', new Uint8Array(0)],
    ['the seed', seed],
    ['that of another run', endProof(seed, publication.epoch + 1)]
  ])(
    'is not believed with %s for a proof, by a relay or a subscriber, and the stream goes on',
    (_, proof) => {
      for (const [at, from] of [
        [b, a],
        [c, b]
      ] as const) {
        const { line, stream } = listening()
        line.run(at, { type: 'object', peer: from, object: end(stream, proof) })
        line.run(a, write)
        expect(line.heard(c).at(-1)).toBe('object 1')
        expect(line.heard(c)).not.toContain('ended')
      }
    }
  )

  test('is proven by another secret for each run, and announced by its hash', () => {
    const { line } = listening()
    line.run(a, unpublish)
    const again = { ...publication, endSeed: seed }
    line.run(a, { type: 'command', command: { type: 'publish', publication: again, tracks: [0] } })
    const drafts = line.noted.flatMap(({ output }) => (output.type === 'sign' ? [output.draft] : []))
    const hashes = new Set(drafts.map(({ endHash = new Uint8Array() }) => toHex(endHash)))
    expect(hashes.size).toBe(2)
    expect(drafts.every(draft => !('endSeed' in draft))).toBe(true)
  })
})

describe('A subscription', () => {
  test('ends with its publication, frees the tree, and starts again with the next run', () => {
    const line = new Line([a, b, c])
    line.run(a, publish)
    line.run(c, subscribe)
    line.run(a, write)
    line.run(a, unpublish)
    expect(line.heard(c).slice(3)).toEqual(['ended'])
    for (const node of line.nodes.values())
      expect([...node.streams(), ...node.channels(), ...node.routes()]).toEqual([])
    line.run(a, {
      type: 'command',
      command: { type: 'publish', publication: { ...publication, epoch: 6 }, tracks: [0] }
    })
    line.run(a, write)
    expect(line.heard(c).slice(4)).toEqual(['started', 'route', 'object 0'])
  })

  test('is interrupted when the way is lost, and goes on where it was over another', () => {
    const line = new Line([a, b, c])
    line.nodes.set(self, overlay())
    line.run(a, publish)
    line.run(c, subscribe)
    line.run(a, write)
    line.disconnect(b, c)
    expect(line.heard(c).at(-1)).toBe('interrupted')
    line.run(a, write)
    line.connect(a, self)
    line.connect(self, c)
    line.wait(1_000)
    line.run(a, write)
    expect(
      line
        .heard(c)
        .slice(4)
        .filter(word => word !== 'route')
    ).toEqual(['started', 'object 1', 'object 2'])
  })

  test('that is given up frees the tree up to the publisher', () => {
    const line = new Line([a, b, c])
    line.run(a, publish)
    line.run(c, subscribe)
    line.run(c, unsubscribe)
    expect([b, c].map(id => [...(line.nodes.get(id) as Overlay).streams()])).toEqual([[], []])
    expect([...(line.nodes.get(a) as Overlay).streams()].map(view => view.children)).toEqual([[]])
  })
})

describe('What an application says of a rate', () => {
  const rate = { bitsPerSecond: 100_000, objectsPerSecond: 50, burstBytes: 10_000 }
  const { channel, epoch } = publication
  const sub: UnsignedMessage = { type: 'sub', channel, publisher: self, epoch, track: 0 }
  const rates = new Map([[0, rate]])

  test('is told to the first who asks, headers included, and holds for the uplink', () => {
    // 50 headers of 40 bytes and 80 around them are 48 kbit/s; 10,000 bytes in 200 ms are 400 kbit/s.
    const made = greeted({ uplinkBps: 900_000 })
    command(made, { type: 'publish', publication, tracks: [0], rates })
    const answers = [a, b, c].map(peer => {
      if (peer !== a) {
        made.handle({ type: 'connected', peer, outbound: false }, 0)
        made.handle({ type: 'message', peer, message: hello }, 0)
      }
      return made.handle({ type: 'message', peer, message: { ...sub, insist: true } }, 0)
    })
    const told = { type: 'sub-ok', rate: { mean: 148, peak: 448 } }
    expect(answers[0]).toMatchObject([{ peer: a, message: told }])
    expect(answers[1]).toMatchObject([{ peer: b, message: told }])
    expect(answers[2]).toMatchObject([{ peer: c, message: { type: 'sub-nack', reason: 'full' } }])
  })
})

describe('A command that makes no sense throws TypeError and changes nothing', () => {
  const wrong: [string, Command][] = [
    [
      'to write on a channel that is not published',
      { type: 'write', channel: openChannelId('x'), track: 0, object: written }
    ],
    ['to write on a track that is not published', { type: 'write', channel, track: 1, object: written }],
    [
      'to write a field out of its range',
      { type: 'write', channel, track: 0, object: { ...written, priority: 256 } }
    ],
    ['to publish a channel twice', { type: 'publish', publication, tracks: [0] }],
    [
      'to publish a track that is none',
      { type: 'publish', publication: { ...publication, channel: openChannelId('x') }, tracks: [256] }
    ],
    [
      'to publish at a rate that is none',
      {
        type: 'publish',
        publication: { ...publication, channel: openChannelId('x') },
        tracks: [0],
        rates: new Map([[0, { bitsPerSecond: 1_000 } as TrackRate]])
      }
    ],
    [
      'to publish with a rate of another track',
      {
        type: 'publish',
        publication: { ...publication, channel: openChannelId('x') },
        tracks: [0],
        rates: new Map([[1, { bitsPerSecond: 1, objectsPerSecond: 1 }]])
      }
    ],
    ['to subscribe to a channel twice', { type: 'subscribe', channel, tracks: [0], mode: 'any' }],
    [
      'to subscribe to a track that is none',
      { type: 'subscribe', channel: openChannelId('x'), tracks: [-1], mode: 'any' }
    ]
  ]

  test.each(wrong)('%s', (_, given) => {
    const made = greeted()
    command(made, { type: 'publish', publication, tracks: [0] })
    command(made, { type: 'subscribe', channel, tracks: [0], mode: 'any' })
    const before = JSON.stringify([...made.streams()])
    expect(() => command(made, given)).toThrow(TypeError)
    expect(JSON.stringify([...made.streams()])).toBe(before)
    expect(made.handle({ type: 'timeout' }, 0)).toEqual([])
  })

  test('except to end what is not there, which is done already', () => {
    expect(command(overlay(), { type: 'unpublish', channel })).toEqual([])
    expect(command(overlay(), { type: 'unsubscribe', channel })).toEqual([])
  })
})

describe('deadline', () => {
  test('is undefined while there is nothing to wait for', () => {
    const made = overlay()
    expect(made.deadline()).toBe(undefined)
    made.handle({ type: 'connected', peer: a, outbound: false }, 0)
    made.handle({ type: 'disconnected', peer: a }, 0)
    made.handle({ type: 'timeout' }, 250)
    expect(made.deadline()).toBe(undefined)
  })

  test('is when the next beat is due', () => {
    const made = greeted({ beatIntervalMs: 250 })
    expect(made.deadline()).toBe(250)
    expect(made.handle({ type: 'timeout' }, 249)).toEqual([])
    expect(made.deadline()).toBe(250)
    expect(made.handle({ type: 'timeout' }, 250)).toMatchObject([{ type: 'send', message: { type: 'beat' } }])
    expect(made.deadline()).toBe(500)
  })
})

/** So small that random inputs reach every one of them. */
const limits = {
  neighboursMax: 3,
  neighboursTarget: 2,
  tryIntervalMs: 1_000,
  trialMs: 100,
  knownPeersMax: 3,
  knownPeersPerSourceMax: 2,
  originsMax: 3,
  announcementsMax: 2,
  announcementsPerPublisherMax: 2,
  publishersFollowedMax: 1,
  announcementsOnDemandMax: 1,
  originsOnDemandMax: 1,
  queriesMax: 3,
  queriesPerNeighbourMax: 2,
  streamsMax: 3,
  childrenPerStreamMax: 1,
  subscriptionsPerNeighbourMax: 2,
  recentBytesPerStreamMax: 200,
  recentBytesMax: 300
}

const peer = fc.constantFrom(...[0, 1, 2, 3, 4, 5, 6].map(peerId))
const neighbour = fc.constantFrom(...[1, 2, 3, 4].map(peerId))
const track = fc.nat(1)
const epoch = fc.constantFrom(0, 5, 6, Number.MAX_SAFE_INTEGER)
const number = fc.oneof(fc.nat(3), fc.constantFrom(100_000, Number.MAX_SAFE_INTEGER))
const uint32 = fc.oneof(fc.nat(3), fc.constantFrom(2_000, 0xffff_ffff))
const channelName = fc.constantFrom('demo', 'two', 'three')
/** Few enough that neighbours meet at one. */
const found = fc
  .tuple(channelName, fc.constantFrom(self, c, peerId(5)), track)
  .map(([text, publisher, of]) => ({ channel: openChannelId(text), publisher, epoch: 5, track: of }))
const stream = found.map(streamId)
const path = fc.array(fc.constantFrom(self, a, b, c).map(pathTag), { minLength: 1, maxLength: 4 })
const hops = fc.oneof(fc.nat(3), fc.constantFrom(63, 64, 255))

const addresses = fc.subarray(['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.1/tcp/2'])

const message: fc.Arbitrary<UnsignedMessage> = fc.oneof(
  fc.record({
    type: fc.constant('beat' as const),
    timeUs: number,
    echo: fc.record({ timeUs: number, delayUs: number })
  }),
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('sync' as const),
      rows: fc.array(
        fc.record({
          origin: peer,
          epoch,
          seqno: number,
          metricUs: fc.option(number, { nil: undefined }),
          hops
        }),
        { maxLength: 5 }
      )
    })
  },
  fc.record({ type: fc.constant('seqno-req' as const), origin: peer, epoch, seqno: number, hopsLeft: hops }),
  {
    weight: 6,
    arbitrary: fc.tuple(found, fc.option(uint32, { nil: undefined })).map(([of, startSeq]) => ({
      type: 'sub' as const,
      ...of,
      ...(startSeq === undefined ? {} : { startSeq })
    }))
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('sub-ok' as const), stream, path }) },
  fc.record({
    type: fc.constant('sub-nack' as const),
    stream,
    reason: fc.constantFrom('no-route' as const, 'loop' as const, 'full' as const, 'unknown' as const)
  }),
  fc.record({ type: fc.constant('unsub' as const), stream }),
  fc.record({
    type: fc.constant('peers' as const),
    peers: fc.array(fc.record({ peer, addresses, server: fc.boolean() }), { maxLength: 16 })
  }),
  fc.record({ type: fc.constant('close' as const), code: fc.constantFrom(undefined, 'surplus' as const) }),
  channelName.chain(text =>
    fc.record({
      type: fc.constant('route-query' as const),
      channel: fc.constant(openChannelId(text)),
      hopsLeft: hops
    })
  )
)

const fromPeers: fc.Arbitrary<Input> = fc.oneof(
  fc.record({ type: fc.constant('connected' as const), peer: neighbour, outbound: fc.boolean() }),
  fc.record({
    type: fc.constant('addresses' as const),
    peer: neighbour,
    addresses
  }),
  fc.record({ type: fc.constant('dial-failed' as const), peer: neighbour }),
  fc.record({ type: fc.constant('disconnected' as const), peer: neighbour }),
  { weight: 20, arbitrary: fc.record({ type: fc.constant('message' as const), peer: neighbour, message }) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(neighbour, channelName, peer, epoch, number, fc.boolean(), fc.nat(5_000))
      .map(([from, text, publisher, run, seqno, ended, validForMs]): Input => {
        const over = { publisher, name: text, channel: openChannelId(text), epoch: run, seqno, ended }
        return { type: 'announcement', from, announcement: verified(over, validForMs) }
      })
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(neighbour, stream, uint32, fc.boolean(), fc.nat(100))
      .map(([from, id, seq, end, size]): Input => {
        const object = encodeObject(
          { ...written, stream: id, seq, end, list: false, lists: 0 },
          new Uint8Array(end ? 0 : size)
        )
        return { type: 'object', peer: from, object }
      })
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(neighbour, stream)
      .map(([from, id]): Input => ({ type: 'altered', peer: from, stream: id }))
  }
)

const fromApplication: fc.Arbitrary<Input> = fc
  .tuple(
    fc.constantFrom('publish', 'write', 'unpublish', 'subscribe', 'subscribeAll', 'unsubscribe'),
    channelName
  )
  .map(([type, text]): Input => {
    const of = openChannelId(text)
    const commands: Record<string, Command> = {
      publish: {
        type: 'publish',
        publication: { channel: of, name: text, epoch: 5, catalog: new Uint8Array() },
        tracks: [0, 1]
      },
      write: { type: 'write', channel: of, track: 1, object: written },
      unpublish: { type: 'unpublish', channel: of },
      subscribe: { type: 'subscribe', channel: of, tracks: [0, 1], mode: 'any' },
      subscribeAll: { type: 'subscribe', channel: of, tracks: [0, 1], mode: 'all' },
      unsubscribe: { type: 'unsubscribe', channel: of }
    }
    return { type: 'command', command: commands[type] as Command }
  })

interface Step {
  input: Input
  afterMs: Millis
}

/** A neighbour that keeps to the rules at first, for otherwise hardly one would live to say more. */
const greeting = neighbour.map((of): Step[] => [
  { input: { type: 'connected', peer: of, outbound: false }, afterMs: 0 },
  { input: { type: 'message', peer: of, message: hello }, afterMs: 0 }
])
const step: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.oneof({ weight: 6, arbitrary: fromPeers }, fromApplication, fc.constant<Input>({ type: 'timeout' })),
    fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(2_000))
  )
  .map(([input, afterMs]) => [{ input, afterMs }])
const steps = fc
  .array(fc.oneof({ weight: 9, arbitrary: step }, greeting), { minLength: 50, maxLength: 200 })
  .map(groups => groups.flat())

/** The outputs; none for a command that makes no sense. What a peer sends must never throw. */
function handle(made: Overlay, input: Input, now: Millis): Output[] {
  try {
    return made.handle(input, now)
  } catch (error) {
    if (input.type !== 'command' || !(error instanceof TypeError)) throw error
    return []
  }
}

describe('Whatever comes', () => {
  test('the same inputs and the same random numbers give the same outputs', () => {
    const random = (seed: number) => {
      let state = seed
      return () => {
        state = (state * 48_271) % 2_147_483_647
        return state / 2_147_483_647
      }
    }
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 1_000 }), (inputs, seed) => {
        const [one, two] = [0, 1].map(() => new Overlay({ self, config: limits, rng: random(seed) })) as [
          Overlay,
          Overlay
        ]
        let now = 0
        for (const { input, afterMs } of inputs) {
          now += afterMs
          expect(handle(two, input, now)).toEqual(handle(one, input, now))
          expect(two.deadline()).toBe(one.deadline())
        }
      }),
      { numRuns: 50 }
    )
  })

  test('nothing throws, all that is sent can be encoded, and the deadline moves on', () => {
    fc.assert(
      fc.property(steps, inputs => {
        const made = overlay(limits)
        let now = 0
        for (const { input, afterMs } of inputs) {
          now += afterMs
          for (const output of handle(made, input, now))
            if (output.type === 'send') encodeControl(output.message)
          if (input.type === 'timeout')
            expect(made.deadline() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now)
        }
      }),
      { numRuns: 200 }
    )
  })

  test('the state keeps to its limits', () => {
    fc.assert(
      fc.property(steps, inputs => {
        const made = overlay(limits)
        let now = 0
        for (const { input, afterMs } of inputs) {
          now += afterMs
          handle(made, input, now)
          expect([...made.neighbours()].length).toBeLessThanOrEqual(limits.neighboursMax)
          expect([...made.routes()].length).toBeLessThanOrEqual(limits.originsMax + limits.originsOnDemandMax)
          // What its own application publishes is no neighbour's doing.
          const streams = [...made.streams()]
          expect(streams.filter(view => view.publisher !== self).length).toBeLessThanOrEqual(
            limits.streamsMax
          )
          const children = streams.map(view => view.children.length)
          expect(Math.max(0, ...children)).toBeLessThanOrEqual(limits.childrenPerStreamMax)
          // Those of its own and of its neighbours, and what is followed, have a room of their own.
          const near = new Set([self, ...[...made.neighbours()].map(({ peer: id }) => id)])
          const shared = [...made.channels()].flatMap(row => row.publishers.filter(id => !near.has(id)))
          const followed = 3 * limits.publishersFollowedMax
          const rooms = limits.announcementsMax + limits.announcementsOnDemandMax
          // And what takes a stream through here, which is bounded by the streams.
          expect(shared.length).toBeLessThanOrEqual(rooms + followed + limits.streamsMax)
        }
      }),
      { numRuns: 100 }
    )
  })
})
