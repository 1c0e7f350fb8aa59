import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { FrameReader, joinFrames } from '../wire/framing.ts'
import { objectPayload, parseObject } from '../wire/object.ts'
import type { Hopcast, HopcastEvent, SubscriptionEvent } from './api.ts'
import { hopcast } from './index.ts'
import { audioProtocol } from './link.ts'

const waiting = { timeout: 10_000 }
const stops: (() => unknown)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()))
})

async function peer() {
  const libp2p = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    services: { identify: identify(), hopcast: hopcast() }
  })
  stops.push(() => libp2p.stop())
  const service: Hopcast = libp2p.services.hopcast
  const events: HopcastEvent[] = []
  service.on(event => events.push(event))
  return { libp2p, service, events, connect: (to: Libp2p) => service.connect(`${to.getMultiaddrs()[0]}`) }
}
type Peer = Awaited<ReturnType<typeof peer>>

/** What `from` sends to `to` goes through `tamper`, object by object, from the first on. Undefined: it is lost. */
function tamperWith(from: Peer, to: Peer, tamper: (body: Uint8Array) => Uint8Array | undefined): void {
  const [connection] = from.libp2p.getConnections(to.libp2p.peerId)
  if (connection === undefined) throw new Error('no connection')
  const newStream = connection.newStream.bind(connection)
  connection.newStream = async (protocol, options) => {
    const stream = await newStream(protocol, options)
    if (protocol !== audioProtocol) return stream
    const send = stream.send.bind(stream)
    const reader = new FrameReader({ maxFrameLength: 65_536 })
    stream.send = data => send(joinFrames(reader.push(data.subarray()).flatMap(body => tamper(body) ?? [])))
    return stream
  }
}

/** Reads a subscription in the background. */
function reading(service: Hopcast): SubscriptionEvent[] {
  const events: SubscriptionEvent[] = []
  const read = async () => {
    for await (const event of service.subscribe('demo')) events.push(event)
  }
  read().catch(error => expect.unreachable(String(error)))
  return events
}

/** A publisher, two relays between it and a listener, each of which alters what `tamper` says. */
async function diamond(tamper: (relay: Peer, body: Uint8Array) => Uint8Array | undefined) {
  const [publisher, one, two, listener] = await Promise.all([peer(), peer(), peer(), peer()])
  for (const relay of [one, two]) {
    relay.connect(publisher.libp2p)
    listener.connect(relay.libp2p)
  }
  await vi.waitFor(() => expect(listener.service.status().neighbours).toHaveLength(2), waiting)
  for (const relay of [one, two]) tamperWith(relay, listener, body => tamper(relay, body))
  const publication = publisher.service.publish('demo')
  const heard = reading(listener.service)
  await vi.waitFor(() => expect(heard.some(({ type }) => type === 'route')).toBe(true), waiting)
  let written = 0
  const writing = setInterval(() => {
    publication.write({ payload: new Uint8Array(80).fill(written++), timestampUs: Date.now() * 1_000 })
  }, 20)
  stops.unshift(() => clearInterval(writing))
  const upstream = () => listener.service.status().streams[0]?.upstream
  const counters = () => listener.service.status().counters
  return { publisher, relays: [one, two], listener, publication, heard, upstream, counters, writing }
}

describe('Objects that were signed', () => {
  test('reach a listener without a gap in their numbers, all verified, and their lists do not', async () => {
    const { heard, counters, publication, writing } = await diamond((_, body) => body)
    await vi.waitFor(() => expect(counters().objectsVerified).toBeGreaterThan(50), waiting)
    clearInterval(writing)
    await publication.end()
    await vi.waitFor(() => expect(heard.at(-1)?.type).toBe('ended'), waiting)
    const objects = heard.flatMap(event => (event.type === 'object' ? [event] : []))
    expect(objects.map(({ seq }) => seq)).toEqual(objects.map((_, n) => n))
    expect(objects.map(({ payload }) => payload[0])).toEqual(objects.map(({ seq }) => seq % 256))
    await vi.waitFor(() => expect(counters().objectsVerified).toBe(objects.length), waiting)
    expect(counters()).toMatchObject({ objectsAltered: 0, objectsUnverified: 0 })
  }, 20_000)

  test('and altered by a relay are told of, counted, and taken from another', async () => {
    let liar: string | undefined
    const { publisher, relays, listener, upstream, counters } = await diamond((relay, body) => {
      if (relay.service.peerId !== liar || parseObject(body).header.list) return body
      return body.with(-1, (body.at(-1) as number) ^ 1)
    })
    await vi.waitFor(() => expect(counters().objectsVerified).toBeGreaterThan(10), waiting)
    const told = await vi.waitUntil(() => {
      const event = listener.events.find(({ type }) => type === 'altered')
      // Of two equal ways it may take the other at any time, when the machine is late.
      if (event === undefined) liar = upstream()
      return event
    }, waiting)
    const honest = relays.find(({ service }) => service.peerId !== liar)?.service.peerId
    await vi.waitFor(() => expect(upstream()).toBe(honest), waiting)
    const [peer, publisherId] = [liar, publisher.service.peerId]
    expect(told).toEqual({
      type: 'altered',
      channel: 'demo',
      publisher: publisherId,
      peer,
      fault: 'altered'
    })
    expect(counters().objectsAltered).toBeGreaterThan(0)
    const { objectsVerified } = counters()
    await vi.waitFor(() => expect(counters().objectsVerified).toBeGreaterThan(objectsVerified + 50), waiting)
    // What the liar sent before it was left may still have been shown false; nothing since.
    expect(new Set(listener.events.flatMap(event => (event.type === 'altered' ? [event.peer] : [])))).toEqual(
      new Set([liar])
    )
  }, 20_000)

  test('and one object altered is one object counted', async () => {
    let isAltered = false
    const { listener, counters } = await diamond((_, body) => {
      if (isAltered || objectPayload(parseObject(body))[0] !== 40) return body
      isAltered = true
      return body.with(-1, 0)
    })
    await vi.waitFor(() => expect(counters().objectsVerified).toBeGreaterThan(60), waiting)
    expect(counters().objectsAltered).toBe(1)
    expect(listener.events.filter(({ type }) => type === 'altered')).toHaveLength(1)
  }, 20_000)
})

describe('Objects that nobody signs', () => {
  test('are not checked, and have no lists', async () => {
    const [publisher, listener] = await Promise.all([peer(), peer()])
    listener.connect(publisher.libp2p)
    const heard = reading(listener.service)
    const publication = publisher.service.publish('demo', { signed: false })
    await vi.waitFor(() => expect(heard.some(({ type }) => type === 'route')).toBe(true), waiting)
    for (let n = 0; n < 10; n++) publication.write({ payload: new Uint8Array([n]), timestampUs: 0 })
    await publication.end()
    await vi.waitFor(() => expect(heard.at(-1)?.type).toBe('ended'), waiting)
    expect(listener.service.status().counters).toMatchObject({
      // With the end.
      objectsReceived: 11,
      objectsVerified: 0,
      objectsUnverified: 0
    })
  })
})
