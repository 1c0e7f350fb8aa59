import { execFile } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { PrivateKey, Stream, StreamMessageEvent } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { defaultConfig } from '../default-config.ts'
import { openChannelId, type PeerId } from '../ids.ts'
import { decodeAnnouncement } from '../wire/announcement.ts'
import { decodeControl, encodeControl } from '../wire/control.ts'
import { FrameReader, joinFrames } from '../wire/framing.ts'
import type { Message, SignedAnnouncement } from '../wire/messages.ts'
import type { Hopcast, HopcastEvent, HopcastInit, SubscribeOptions, SubscriptionEvent } from './api.ts'
import { inboxLimits } from './inbox.ts'
import { hopcast } from './index.ts'
import { audioProtocol, controlProtocol } from './link.ts'
import { signAnnouncement, signSeqno } from './signing.ts'

const frame = (body: Uint8Array) => joinFrames([body])

const waiting = { timeout: 10_000 }
const stops: (() => unknown)[] = []

function options() {
  return {
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 1_000 },
    connectionMonitor: { enabled: false }
  }
}

/** A node with hopcast, what it tells of, and its way to others. */
async function peer(privateKey?: PrivateKey, init: HopcastInit = {}) {
  const services = { identify: identify(), hopcast: hopcast({ agent: 'test/1', ...init }) }
  const libp2p = await createLibp2p({ ...options(), ...(privateKey && { privateKey }), services })
  stops.push(() => libp2p.stop())
  const events: HopcastEvent[] = []
  libp2p.services.hopcast.on(event => events.push(event))
  const service: Hopcast = libp2p.services.hopcast
  const connect = (to: Libp2p) => service.connect(String(to.getMultiaddrs()[0]))
  return { libp2p, service, events, connect }
}
type Peer = Awaited<ReturnType<typeof peer>>

/** A node that speaks the protocol by hand. It keeps its neighbour and reads all, unless `onAudio` does otherwise. */
async function raw(
  neighbour: Peer,
  over: { privateKey?: PrivateKey; onAudio?: (stream: Stream) => void } = {}
) {
  const { privateKey, onAudio } = over
  const libp2p = await createLibp2p({
    ...options(),
    ...(privateKey && { privateKey }),
    services: { identify: identify() }
  })
  stops.push(() => libp2p.stop())
  const received: Message[] = []
  await libp2p.handle(controlProtocol, stream => {
    const reader = new FrameReader({ maxFrameLength: 65_536 })
    stream.addEventListener('message', ({ data }: StreamMessageEvent) => {
      for (const body of reader.push(data.subarray())) received.push(decodeControl(body) as Message)
    })
  })
  await libp2p.handle(audioProtocol, stream => onAudio?.(stream))
  const control = await libp2p.dialProtocol(neighbour.libp2p.getMultiaddrs(), controlProtocol)
  const peerId = libp2p.peerId.toString() as PeerId
  const send = (...messages: Message[]) => control.send(joinFrames(messages.map(encodeControl)))
  /** The code with which the neighbour closed it. */
  const closedWith = () =>
    neighbour.events.flatMap(event =>
      event.type === 'peer-closed' && event.peer === peerId ? [event.code] : []
    )
  return { libp2p, peerId, control, received, send, closedWith }
}

const hello: Message = { type: 'hello', version: 1, agent: 'raw', server: false }
const beat: Message = { type: 'beat', timeUs: 1 }

/** Reads a subscription in the background. */
function reading(service: Hopcast, channel = 'demo', options: SubscribeOptions = {}): SubscriptionEvent[] {
  const events: SubscriptionEvent[] = []
  const read = async () => {
    for await (const event of service.subscribe(channel, options)) events.push(event)
  }
  read().catch(error => expect.unreachable(String(error)))
  return events
}

const types = (events: { type: string }[]) => events.map(event => event.type)
/** Why neighbours went. */
const reasons = (events: HopcastEvent[]) =>
  events.flatMap(event => (event.type === 'neighbour-down' ? [event.reason] : []))
const objectsIn = (events: SubscriptionEvent[]) =>
  events.flatMap(event => (event.type === 'object' ? [event] : []))
const voice = (n: number, bytes = 100) => ({
  payload: new Uint8Array(bytes).fill(n),
  timestampUs: Date.now() * 1_000
})

/** Announcements of other publishers, of which each may have `announcementsPerPublisherMax`. */
async function announcements(count: number, catalogBytes = 0): Promise<SignedAnnouncement[]> {
  const made: SignedAnnouncement[] = []
  let key = await generateKeyPair('Ed25519')
  for (let i = 0; i < count; i++) {
    if (i % defaultConfig.announcementsPerPublisherMax === 0) key = await generateKeyPair('Ed25519')
    const name = `channel-${i}`
    const publisher = peerIdFromPrivateKey(key).toString() as PeerId
    const ids = { publisher, channel: openChannelId(name), name, epoch: Date.now(), seqno: 0 }
    const draft = { ...ids, ended: false, catalog: new Uint8Array(catalogBytes), ttlMs: 60_000 }
    made.push((await signAnnouncement(key, draft, Date.now())).signed)
  }
  return made
}

afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()))
})

describe('Nodes in a line of three', () => {
  test('carry a publication from one end to the other, and its end', async () => {
    const [a, b, c] = await Promise.all([peer(), peer(), peer()])
    b.connect(a.libp2p)
    c.connect(b.libp2p)
    const events = reading(c.service)
    const publication = a.service.publish('demo', { catalog: new Uint8Array([7]) })
    await vi.waitFor(() => expect(types(events)).toContain('route'), waiting)
    for (let n = 0; n < 100; n++) publication.write(voice(n))
    await publication.end()
    await vi.waitFor(() => expect(types(events)).toContain('ended'), waiting)

    expect(events[0]).toEqual({
      type: 'started',
      publisher: a.service.peerId,
      epoch: publication.epoch,
      catalog: new Uint8Array([7])
    })
    expect(events.find(event => event.type === 'route')).toMatchObject({
      upstream: b.service.peerId,
      hops: 2
    })
    const objects = objectsIn(events)
    expect(objects.map(object => object.seq)).toEqual(Array.from({ length: 100 }, (_, n) => n))
    expect(objects.map(object => object.payload[0])).toEqual(objects.map(object => object.seq))
    await vi.waitFor(() => expect(b.service.status().streams).toEqual([]), waiting)
    expect(b.service.status().channels).toEqual([])
  })

  test('carry both ends of a channel to the one between, which subscribes to all', async () => {
    const [a, b, c] = await Promise.all([peer(), peer(), peer()])
    b.connect(a.libp2p)
    b.connect(c.libp2p)
    const events = reading(b.service, 'demo', { mode: 'all' })
    const publications = [a, c].map(of => of.service.publish('demo'))
    await vi.waitFor(() => expect(types(events).filter(type => type === 'started')).toHaveLength(2), waiting)
    publications.forEach((publication, n) => {
      publication.write(voice(n))
    })
    await vi.waitFor(() => expect(objectsIn(events)).toHaveLength(2), waiting)
    const heard = objectsIn(events).map(object => [object.publisher, object.payload[0]])
    expect(heard.toSorted()).toEqual([a, c].map((of, n) => [of.service.peerId, n]).toSorted())
    await publications[0]?.end()
    await vi.waitFor(() => expect(types(events)).toContain('ended'), waiting)
    expect(events.at(-1)).toEqual({ type: 'ended', publisher: a.service.peerId })
  })

  test('say what they know in their status', async () => {
    const [a, b, c] = await Promise.all([peer(), peer(), peer()])
    b.connect(a.libp2p)
    c.connect(b.libp2p)
    const publication = a.service.publish('demo', { signed: false })
    const events = reading(c.service)
    await vi.waitFor(() => expect(types(events)).toContain('route'), waiting)
    publication.write(voice(0))
    await vi.waitFor(() => expect(objectsIn(events)).toHaveLength(1), waiting)
    const status = b.service.status()
    expect(status.neighbours.map(row => [row.peer, row.agent, row.transport]).toSorted()).toEqual(
      [a, c].map(of => [of.service.peerId, 'test/1', 'tcp']).toSorted()
    )
    expect(status.routes).toMatchObject([{ origin: a.service.peerId, nextHop: a.service.peerId, hops: 1 }])
    expect(status.streams).toMatchObject([
      {
        upstream: a.service.peerId,
        children: [c.service.peerId],
        hops: 1,
        objectsReceived: 1,
        objectsSent: 1
      }
    ])
    expect(status.channels).toMatchObject([{ name: 'demo', publishers: [a.service.peerId] }])
    expect(publication.children).toBe(1)
  })
})

describe('A neighbour that breaks the protocol is closed', () => {
  const oversize = new Uint8Array([0x81, 0x80, 0x04])
  const cases: [string, string, Uint8Array[]][] = [
    ['garbage', 'malformed', [frame(new Uint8Array([0xff, 0xff, 0xff]))]],
    ['a frame length over the limit', 'too-large', [oversize]],
    ['a beat before HELLO', 'unexpected', [frame(encodeControl(beat))]],
    ['a second HELLO', 'unexpected', [frame(encodeControl(hello)), frame(encodeControl(hello))]],
    ['another version', 'version', [frame(encodeControl({ ...hello, version: 2 } as Message))]]
  ]

  test.each(cases)('for %s with %s', async (_, code, frames) => {
    const victim = await peer()
    const bad = await raw(victim)
    for (const bytes of frames) bad.control.send(bytes)
    await vi.waitFor(() => expect(bad.closedWith()).toEqual([code]), waiting)
    await vi.waitFor(() => expect(bad.received.at(-1)).toEqual({ type: 'close', code }), waiting)
    await vi.waitFor(() => expect(victim.libp2p.getConnections()).toEqual([]), waiting)
    expect(victim.service.status().neighbours).toEqual([])
  })

  test('for an announcement that its publisher has not signed, with forged', async () => {
    const victim = await peer()
    const bad = await raw(victim)
    const [announcement] = await announcements(1)
    const signature = announcement?.signature.with(5, (announcement.signature[5] as number) ^ 1)
    const forged = { ...announcement, signature } as SignedAnnouncement
    bad.send(hello, { type: 'announce', announcement: forged })
    await vi.waitFor(() => expect(bad.closedWith()).toEqual(['forged']), waiting)
    expect(victim.service.status().channels).toEqual([])
  })

  test('for announcements without end, with quota', async () => {
    const victim = await peer()
    const bad = await raw(victim)
    bad.send(hello)
    // It takes 4,096 and some, and signing and checking so many takes 1.5 s of a processor. So no more are made than are
    // needed, and a busy machine is given its time; of more than the inbox lets wait none would count.
    const size = 256
    for (let sent = 0; sent + size < inboxLimits.verificationsMax; sent += size) {
      if (bad.closedWith().length > 0) break
      const batch = await announcements(size)
      // With a beat, or it would count as silent on a machine that is slow.
      bad.send(beat, ...batch.map(announcement => ({ type: 'announce', announcement }) as const))
      // Both live in this process: the victim reads in turns of the same event loop.
      await setImmediate()
    }
    await vi.waitFor(() => expect(bad.closedWith()).toEqual(['quota']), waiting)
    expect(victim.events).toContainEqual(
      expect.objectContaining({ type: 'peer-closed', reason: 'more than 50 announcements a second' })
    )
  }, 60_000)

  test('for a row before HELLO, with unexpected', async () => {
    const victim = await peer()
    const bad = await raw(victim)
    bad.send({ type: 'sync', rows: [] }, hello)
    await vi.waitFor(() => expect(bad.closedWith()).toEqual(['unexpected']), waiting)
  })

  test('for a row that its origin has not signed, with forged', async () => {
    const victim = await peer()
    const bad = await raw(victim)
    const signature = await signSeqno(await generateKeyPair('Ed25519'), { epoch: 1, seqno: 0 })
    const row = { origin: bad.peerId, epoch: 1, seqno: 0, metricUs: 0, hops: 0, signature }
    bad.send(hello, { type: 'sync', rows: [row] })
    await vi.waitFor(() => expect(bad.closedWith()).toEqual(['forged']), waiting)
    expect(victim.service.status().routes).toEqual([])
  })

  test('for a row without a signature, with malformed', async () => {
    const victim = await peer()
    const bad = await raw(victim)
    bad.send(hello, {
      type: 'sync',
      rows: [{ origin: bad.peerId, epoch: 1, seqno: 0, metricUs: 0, hops: 0 }]
    })
    await vi.waitFor(() => expect(bad.closedWith()).toEqual(['malformed']), waiting)
  })

  test('for an object that is none, with malformed', async () => {
    const victim = await peer()
    const bad = await raw(victim)
    bad.send(hello)
    await vi.waitFor(() => expect(victim.service.status().neighbours).toHaveLength(1), waiting)
    const audio = await bad.libp2p.dialProtocol(victim.libp2p.getMultiaddrs(), audioProtocol)
    audio.send(frame(new Uint8Array(10)))
    await vi.waitFor(() => expect(bad.closedWith()).toEqual(['malformed']), waiting)
  })

  test('and the others are not', async () => {
    const [victim, other] = await Promise.all([peer(), peer()])
    other.connect(victim.libp2p)
    await vi.waitFor(() => expect(victim.service.status().neighbours).toHaveLength(1), waiting)
    const bad = await raw(victim)
    bad.control.send(oversize)
    await vi.waitFor(() => expect(bad.closedWith()).toEqual(['too-large']), waiting)
    expect(victim.service.status().neighbours.map(row => row.peer)).toEqual([other.service.peerId])
    expect(victim.service.status().counters.peersClosed).toBe(1)
  })

  test('unless the largest numbers that it may claim are all that it claims', async () => {
    const [victimKey, badKey] = await Promise.all([generateKeyPair('Ed25519'), generateKeyPair('Ed25519')])
    const [victim, other] = await Promise.all([peer(victimKey), peer()])
    other.connect(victim.libp2p)
    const bad = await raw(victim, { privateKey: badKey })
    const max = Number.MAX_SAFE_INTEGER
    const version = { epoch: max, seqno: max }
    const signature = await signSeqno(badKey, version)
    const row = { origin: bad.peerId, ...version, metricUs: max, hops: 1, signature }
    const { signature: _, ...unsigned } = { ...row, metricUs: undefined }
    bad.send(hello, { type: 'sync', rows: [row, { ...row, metricUs: 0 }, unsigned] })
    const ofVictim = {
      origin: victim.service.peerId as PeerId,
      signature: await signSeqno(victimKey, version)
    }
    bad.send({ type: 'sync', rows: [{ ...row, ...ofVictim, metricUs: 0 }] })
    bad.send({
      type: 'seqno-req',
      origin: victim.service.peerId as PeerId,
      epoch: max,
      seqno: max,
      hopsLeft: 255
    })
    await vi.waitFor(() => expect(types(bad.received)).toContain('sync'), waiting)
    expect(bad.closedWith()).toEqual([])
  })
})

describe('A link', () => {
  test('is one, and lasts, when both sides dial at once', async () => {
    const [a, b] = await Promise.all([peer(), peer()])
    a.connect(b.libp2p)
    b.connect(a.libp2p)
    const events = reading(b.service)
    const publication = a.service.publish('demo')
    await vi.waitFor(() => expect(types(events)).toContain('started'), waiting)
    for (let n = 0; n < 10; n++) publication.write(voice(n))
    await vi.waitFor(() => expect(objectsIn(events)).toHaveLength(10), waiting)
    for (const of of [a, b]) {
      expect(of.service.status().neighbours).toHaveLength(1)
      expect(types(of.events)).toEqual(['neighbour-up'])
    }
  })

  test('to a neighbour that began again replaces the one it had, which nobody saw end', async () => {
    const node = await peer()
    const privateKey = await generateKeyPair('Ed25519')
    const first = await raw(node, { privateKey })
    first.send(hello)
    await vi.waitFor(() => expect(types(node.events)).toEqual(['neighbour-up']), waiting)
    const second = await raw(node, { privateKey })
    second.send(hello)
    await vi.waitFor(
      () => expect(types(node.events)).toEqual(['neighbour-up', 'neighbour-down', 'neighbour-up']),
      waiting
    )
    await vi.waitFor(() => expect(first.libp2p.getConnections()).toEqual([]), waiting)
    await vi.waitFor(() => expect(types(second.received).slice(0, 2)).toEqual(['hello', 'beat']), waiting)
    expect(second.closedWith()).toEqual([])
  })

  test('to a publisher that was started again carries its next run', async () => {
    const privateKey = await generateKeyPair('Ed25519')
    const listener = await peer()
    const events = reading(listener.service)
    const first = await peer(privateKey)
    first.connect(listener.libp2p)
    first.service.publish('demo')
    await vi.waitFor(() => expect(types(events)).toContain('started'), waiting)
    await first.libp2p.stop()
    await vi.waitFor(() => expect(types(events)).toContain('interrupted'), waiting)
    const second = await peer(privateKey)
    second.connect(listener.libp2p)
    second.service.publish('demo').write(voice(42))
    await vi.waitFor(() => expect(objectsIn(events).map(object => object.payload[0])).toEqual([42]), waiting)
  })

  test('tells a new neighbour of all announcements, however many and large there may be', async () => {
    const [relay, late] = await Promise.all([peer(), peer()])
    const all = await announcements(defaultConfig.announcementsMax + 1, 1_024)
    const source = await raw(relay)
    source.send(hello, ...all.map((announcement): Message => ({ type: 'announce', announcement })))
    await vi.waitFor(
      () => expect(relay.service.status().channels).toHaveLength(defaultConfig.announcementsMax),
      waiting
    )
    late.connect(relay.libp2p)
    await vi.waitFor(
      () => expect(late.service.status().channels).toHaveLength(defaultConfig.announcementsMax),
      waiting
    )
    for (const of of [relay, late]) expect(types(of.events)).not.toContain('peer-closed')
  }, 30_000)
})

describe('A publisher whose clock went back', () => {
  test('goes on above the run that its neighbour remembers of it, and above its next ones', async () => {
    const privateKey = await generateKeyPair('Ed25519')
    const node = await peer(privateKey)
    const publication = node.service.publish('demo')
    const remembered = Date.now() + 30 * 24 * 3_600_000
    const ids = { publisher: node.service.peerId as PeerId, channel: openChannelId('demo'), name: 'demo' }
    const run = { ...ids, epoch: remembered, seqno: 4, ended: false, catalog: new Uint8Array() }
    const { signed } = await signAnnouncement(privateKey, { ...run, ttlMs: 1_800_000 }, remembered)
    const neighbour = await raw(node)
    neighbour.send(hello, { type: 'announce', announcement: signed })
    await vi.waitFor(() => expect(publication.epoch).toBe(remembered + 1), waiting)
    const told = () =>
      neighbour.received.flatMap(message =>
        message.type === 'announce' ? [decodeAnnouncement(message.announcement.body)] : []
      )
    await vi.waitFor(() => expect(told().at(-1)?.epoch).toBe(remembered + 1), waiting)
    expect(told().at(-1)?.expiresAt).toBeGreaterThan(remembered + 1_800_000)
    await publication.end()
    expect(node.service.publish('demo').epoch).toBe(remembered + 2)
  })
})

describe('A child that does not read', () => {
  test('holds no more than its queues, delays nobody, and does not keep the publisher from ending', async () => {
    const [node, good] = await Promise.all([peer(), peer()])
    good.connect(node.libp2p)
    const events = reading(good.service)
    const publication = node.service.publish('demo')
    await vi.waitFor(() => expect(types(events)).toContain('route'), waiting)
    const stuck = await raw(node, { onAudio: stream => stream.pause() })
    // It lives on, so that nothing else sets the node free.
    const beating = setInterval(() => stuck.send(beat), 1_000)
    stops.unshift(() => clearInterval(beating))
    const publisher = node.service.peerId as PeerId
    const { epoch } = publication
    stuck.send(hello, { type: 'sub', channel: openChannelId('demo'), publisher, epoch, track: 0 })
    await vi.waitFor(() => expect(publication.children).toBe(2), waiting)
    for (let n = 0; n < 100; n++) {
      publication.write(voice(n, 50_000))
      // The good one has read it: only the stuck one's queue grows.
      await vi.waitFor(() => expect(objectsIn(events)).toHaveLength(n + 1), { ...waiting, interval: 1 })
    }
    expect(node.service.status().counters.objectsDropped).toBeGreaterThan(40)
    const toStuck = node.libp2p.getConnections(stuck.libp2p.peerId).flatMap(connection => connection.streams)
    const held = toStuck.map(sending => sending.writeBufferLength).reduce((sum, bytes) => sum + bytes, 0)
    expect(held).toBeLessThan(200_000)
    await publication.end()
    await vi.waitFor(() => expect(types(events)).toContain('ended'), waiting)
    expect(stuck.closedWith()).toEqual([])
  }, 15_000)
})

describe('stop', () => {
  test('ends subscriptions and links, and all calls after it are harmless', async () => {
    const [a, b] = await Promise.all([peer(), peer()])
    a.connect(b.libp2p)
    await vi.waitFor(() => expect(a.service.status().neighbours).toHaveLength(1), waiting)
    const subscription = a.service.subscribe('demo')
    const publication = a.service.publish('demo')
    await a.libp2p.stop()
    await vi.waitFor(() => expect(reasons(b.events)).toEqual(['closed by it: leaving']), waiting)
    for await (const event of subscription) expect.unreachable(event.type)
    expect(a.service.status().neighbours).toEqual([])
    publication.write(voice(0))
    await publication.end()
    await vi.waitFor(() => expect(b.service.status().neighbours).toEqual([]), waiting)
  })

  test('leaves nothing behind that would keep the process alive', async () => {
    const program = `
      import { createLibp2p } from 'libp2p'
      import { identify } from '@libp2p/identify'
      import { noise } from '@libp2p/noise'
      import { tcp } from '@libp2p/tcp'
      import { yamux } from '@libp2p/yamux'
      import { hopcast } from './index.ts'
      const nodes = await Promise.all([0, 1].map(() => createLibp2p({
        addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] }, transports: [tcp()], connectionEncrypters: [noise()],
        streamMuxers: [yamux()], services: { identify: identify(), hopcast: hopcast() }
      })))
      const [a, b] = nodes.map(node => node.services.hopcast)
      a.connect(String(nodes[1].getMultiaddrs()[0]))
      a.connect('/ip4/127.0.0.1/tcp/9')
      a.publish('demo').write({ payload: new Uint8Array(9), timestampUs: 0 })
      for await (const event of b.subscribe('demo')) if (event.type === 'object') break
      b.subscribe('demo')
      await Promise.all(nodes.map(node => node.stop()))
      console.log('stopped')`
    const node = fileURLToPath(new URL('../../../../node_modules/.bin/node', import.meta.url))
    const cwd = fileURLToPath(new URL('.', import.meta.url))
    const run = promisify(execFile)(node, ['--conditions=source', '--input-type=module', '-e', program], {
      cwd,
      timeout: 20_000
    })
    expect(await run).toEqual({ stdout: 'stopped\n', stderr: '' })
  }, 30_000)
})

describe('Wrong use throws TypeError', () => {
  test('of publish: a name, a catalog or a track that is not allowed, a channel that is published already', async () => {
    const { service } = await peer()
    expect(() => service.publish('a b')).toThrow(TypeError)
    expect(() => service.publish('demo', { catalog: new Uint8Array(1_025) })).toThrow(TypeError)
    expect(() => service.publish('demo', { tracks: [256] })).toThrow(TypeError)
    const publication = service.publish('demo')
    expect(() => service.publish('demo')).toThrow(TypeError)
    await publication.end()
    expect(() => publication.write(voice(0))).toThrow(TypeError)
    expect(service.publish('demo').epoch).toBeGreaterThan(publication.epoch)
  })

  test('of subscribe: a name, a track or a mode that is not allowed, a channel that is subscribed already', async () => {
    const { service } = await peer()
    expect(() => service.subscribe('')).toThrow(TypeError)
    expect(() => service.subscribe('demo', { tracks: [-1] })).toThrow(TypeError)
    expect(() => service.subscribe('demo', { mode: 'both' as 'all' })).toThrow(
      new TypeError('"both" is no mode: use any or all')
    )
    const subscription = service.subscribe('demo')
    expect(() => service.subscribe('demo')).toThrow(TypeError)
    subscription.close()
    service.subscribe('demo').close()
  })

  test('of connect: what is no multiaddr; of hopcast: an agent that is too long', async () => {
    const { service } = await peer()
    expect(() => service.connect('localhost:4001')).toThrow(
      new TypeError('"localhost:4001" is not a multiaddr')
    )
    const services = { hopcast: hopcast({ agent: 'a'.repeat(65) }) }
    await expect(createLibp2p({ ...options(), services })).rejects.toThrow(/agent has 65 bytes/)
  })
})

describe('A node that looks for neighbours', () => {
  const looking = { discovery: { neighbours: 8 } }
  const peersOf = ({ service }: Peer) => service.status().neighbours.map(({ peer: id }) => id)

  test('dials a peer that its neighbour tells of', async () => {
    const [a, b, c] = await Promise.all([peer(undefined, looking), peer(), peer()])
    b.connect(c.libp2p)
    await vi.waitFor(() => expect(peersOf(b)).toEqual([c.service.peerId]), waiting)
    // Without identify of it, b knows only the address that it dialled, which will do.
    a.connect(b.libp2p)
    const both = [b.service.peerId, c.service.peerId].toSorted()
    await vi.waitFor(() => expect(peersOf(a).toSorted()).toEqual(both), waiting)
    await vi.waitFor(() => expect(peersOf(c)).toContain(a.service.peerId), waiting)
    // It was told of as well, and did not ask.
    expect(peersOf(b).toSorted()).toEqual([a.service.peerId, c.service.peerId].toSorted())
  })

  test('finds those that have dialled its neighbour, where they say that they listen', async () => {
    const [a, b, c] = await Promise.all([peer(undefined, looking), peer(), peer()])
    c.connect(b.libp2p)
    await vi.waitFor(() => expect(peersOf(b)).toEqual([c.service.peerId]), waiting)
    const identified = () => b.libp2p.peerStore.get(c.libp2p.peerId).then(({ addresses }) => addresses)
    await vi.waitFor(async () => expect(await identified()).not.toEqual([]), waiting)
    a.connect(b.libp2p)
    await vi.waitFor(() => expect(peersOf(a)).toContain(c.service.peerId), waiting)
  })

  test('dials only what it may, and nobody without being told to look', async () => {
    const canDial = vi.fn(() => false)
    const picky = { discovery: { neighbours: 8, canDial } }
    const [a, other, b, c] = await Promise.all([peer(undefined, picky), peer(), peer(), peer()])
    b.connect(c.libp2p)
    await vi.waitFor(() => expect(peersOf(b)).toEqual([c.service.peerId]), waiting)
    for (const from of [a, other]) from.connect(b.libp2p)
    await vi.waitFor(() => expect(canDial).toHaveBeenCalled(), waiting)
    await vi.waitFor(() => expect(peersOf(b)).toHaveLength(3), waiting)
    // One that may shows that there was time enough.
    const last = await peer(undefined, looking)
    last.connect(b.libp2p)
    await vi.waitFor(() => expect(peersOf(last)).toContain(c.service.peerId), waiting)
    for (const from of [a, other]) expect(peersOf(from)).not.toContain(c.service.peerId)
  })

  test('goes on when a peer does not answer, or speaks no hopcast', async () => {
    const [a, b, c] = await Promise.all([peer(undefined, looking), peer(), peer()])
    const mute = await createLibp2p({ ...options(), services: { identify: identify() } })
    stops.push(() => mute.stop())
    const liar = await raw(a)
    const at = (of: Libp2p) => of.getMultiaddrs().map(address => address.decapsulateCode(421).toString())
    const gone = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
    const told = [
      { peer: String(gone) as PeerId, addresses: ['/ip4/127.0.0.1/tcp/9'], server: true },
      { peer: String(mute.peerId) as PeerId, addresses: at(mute), server: false },
      { peer: b.service.peerId as PeerId, addresses: at(c.libp2p), server: false },
      { peer: c.service.peerId as PeerId, addresses: at(c.libp2p), server: false }
    ]
    liar.send(hello, { type: 'peers', peers: told })
    await vi.waitFor(() => expect(peersOf(a)).toContain(c.service.peerId), waiting)
    expect(peersOf(a).toSorted()).toEqual([liar.peerId, c.service.peerId].toSorted())
  })

  test('for a number of neighbours that cannot be has a word', async () => {
    const services = { hopcast: hopcast({ discovery: { neighbours: 129 } }) }
    await expect(createLibp2p({ ...options(), services })).rejects.toThrow(
      'discovery.neighbours is 129: use 0 to 128'
    )
  })

  test.each([
    [{ neighboursMax: 1 }, 'neighboursMax is 1: use 2 to 16384'],
    [
      { neighboursMax: 9, discovery: { neighbours: 8 } },
      'neighboursMax is 9, with discovery.neighbours 8: use 10 or more'
    ]
  ])('for the most neighbours that cannot be, %j, has a word', async (init, message) => {
    const services = { hopcast: hopcast(init) }
    await expect(createLibp2p({ ...options(), services })).rejects.toThrow(message)
  })

  test('refuses those past the most that it may have', async () => {
    const full = await peer(undefined, { neighboursMax: 2 })
    const others = await Promise.all([peer(), peer(), peer()])
    for (const other of others) other.connect(full.libp2p)
    const codes = () => full.events.flatMap(event => (event.type === 'peer-closed' ? [event.code] : []))
    await vi.waitFor(() => expect(codes()).toContain('surplus'), waiting)
    // One of the two may have said nothing yet.
    await vi.waitFor(() => expect(full.service.status().neighbours).toHaveLength(2), waiting)
  })
})

describe('A node that is stopped and started again', () => {
  test('dials the peers that it was told to, and takes up its work', async () => {
    const [a, b] = await Promise.all([peer(), peer()])
    b.connect(a.libp2p)
    await vi.waitFor(() => expect(types(b.events)).toContain('neighbour-up'), waiting)
    await b.libp2p.stop()
    await vi.waitFor(() => expect(a.service.status().neighbours).toEqual([]), waiting)
    await b.libp2p.start()
    const events = reading(b.service)
    const publication = a.service.publish('demo')
    await vi.waitFor(() => expect(types(events)).toContain('route'), waiting)
    publication.write(voice(0))
    await vi.waitFor(() => expect(objectsIn(events)).toHaveLength(1), waiting)
    await vi.waitFor(() => expect(b.service.status().neighbours[0]?.rttMs).toBeDefined(), waiting)
  })
})
