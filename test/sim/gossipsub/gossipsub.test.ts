import type { PeerId } from '@hopcast/protocol'
import protobuf from 'protobufjs/minimal.js'
import { describe, expect, it } from 'vitest'
import { play } from '../play.ts'
import { Random } from '../random.ts'
import { comparison } from '../report/comparison.ts'
import { pageOf } from '../report/page.ts'
import { crash } from '../scenarios/failures.ts'
import { steady } from '../scenarios/one-publisher.ts'
import { seeds } from '../seeded.ts'
import { GossipNode, type Rpc } from './gossip-node.ts'
import { gossipsub } from './parameters.ts'
import {
  graftBytes,
  ihaveBytes,
  iwantBytes,
  messageBytes,
  pruneBytes,
  subscriptionBytes
} from './rpc-size.ts'

describe('The sizes of gossipsub’s RPCs', () => {
  const id = new Uint8Array(46)

  it('are those of its protobuf', () => {
    const message = encode(writer => {
      writer.uint32(0x12).fork()
      writer.uint32(0x0a).bytes(new Uint8Array(38)).uint32(0x12).bytes(new Uint8Array(160))
      writer.uint32(0x1a).bytes(new Uint8Array(8)).uint32(0x22).string('news')
      writer.uint32(0x2a).bytes(new Uint8Array(64)).ldelim()
    })
    expect(messageBytes('news', 160)).toBe(message)
    const subscription = encode(writer =>
      writer.uint32(0x0a).fork().uint32(0x08).bool(true).uint32(0x12).string('news').ldelim()
    )
    expect(subscriptionBytes('news')).toBe(subscription)
    const control = (tag: number, fill: (writer: protobuf.Writer) => void) =>
      encode(writer => {
        writer.uint32(0x1a).fork().uint32(tag).fork()
        fill(writer)
        writer.ldelim().ldelim()
      })
    expect(graftBytes('news')).toBe(control(0x1a, writer => writer.uint32(0x0a).string('news')))
    expect(pruneBytes('news')).toBe(
      control(0x22, writer => writer.uint32(0x0a).string('news').uint32(0x18).uint64(60))
    )
    const ids = (tag: number, count: number) => (writer: protobuf.Writer) => {
      for (let i = 0; i < count; i++) writer.uint32(tag).bytes(id)
    }
    expect(iwantBytes(150)).toBe(control(0x12, ids(0x0a, 150)))
    expect(ihaveBytes('news', 500)).toBe(
      control(0x0a, writer => {
        writer.uint32(0x0a).string('news')
        ids(0x12, 500)(writer)
      })
    )
  })
})

describe('A node of gossipsub', () => {
  it('fills its mesh, prunes it when it is too large, and does not take back who was pruned', () => {
    const { node, sent } = nodeWith(20)
    node.subscribe(0)
    expect(node.mesh.size).toBe(gossipsub.degree)
    for (let i = 0; i < 20; i++) node.handle(peer(i), { type: 'graft' }, 0)
    expect(node.mesh.size).toBe(20)
    node.heartbeat(1_000)
    expect(node.mesh.size).toBe(gossipsub.degree)
    const pruned = sent.filter(({ rpc }) => rpc.type === 'prune').map(({ to }) => to)
    expect(pruned.length).toBe(20 - gossipsub.degree)
    node.handle(pruned[0] as PeerId, { type: 'graft' }, 2_000)
    expect(node.mesh.size).toBe(gossipsub.degree)
    node.heartbeat(1_000 + gossipsub.pruneBackoffMs)
    node.handle(pruned[1] as PeerId, { type: 'graft' }, 2_000 + gossipsub.pruneBackoffMs)
    expect(node.mesh.has(pruned[1] as PeerId)).toBe(true)
  })

  it('tells others what it has, and sends it on when asked, three times at most', () => {
    const { node, sent } = nodeWith(10)
    node.subscribe(0)
    const message = { id: 7, seq: 0, bytes: 10 }
    const [first] = node.mesh
    node.handle(first as PeerId, { type: 'message', message }, 10)
    expect(sent.filter(({ rpc }) => rpc.type === 'message').length).toBe(gossipsub.degree - 1)
    node.heartbeat(1_000)
    const told = sent.filter(({ rpc }) => rpc.type === 'ihave')
    expect(told.map(({ rpc }) => 'ids' in rpc && rpc.ids)).toEqual(new Array(10 - gossipsub.degree).fill([7]))
    const asker = told[0]?.to as PeerId
    const before = sent.length
    for (let i = 0; i < 5; i++) node.handle(asker, { type: 'iwant', ids: [7] }, 1_100)
    expect(sent.length - before).toBe(gossipsub.retransmissionsMax)
    for (let i = 2; i <= 6; i++) node.heartbeat(i * 1_000)
    const later = sent.length
    node.handle(peer(9), { type: 'iwant', ids: [7] }, 7_000)
    expect(sent.length).toBe(later)
  })
})

describe('Gossipsub on the same underlay', () => {
  const options = { nodes: 60, seconds: 24, seed: seeds(1)[0] as number }

  it('feeds everyone, with as many copies as its meshes are wide', () => {
    const hopcast = play({ ...options, scenario: steady })
    const other = play({ ...options, scenario: steady, protocol: 'gossipsub' }).result
    expect(other.delivered).toBe(other.expected)
    expect(other.expected).toBeGreaterThan(0.9 * hopcast.result.expected)
    expect(other.copiesPerDelivery).toBeGreaterThan(4)
    expect(other.copiesPerDelivery).toBeLessThan(8)
    const rows = comparison(hopcast.result, other)
    const page = pageOf(steady, hopcast, other)
    for (const { figure, hopcast: ours, gossipsub: theirs } of rows) {
      expect(page).toContain(`<td>${figure}<td class="number">${ours}<td class="number">${theirs}`)
    }
  })

  it('is the same run for the same seed, and lives through crashes', () => {
    const run = () => play({ ...options, scenario: crash, protocol: 'gossipsub' }).result
    const first = run()
    expect(run().traceHash).toBe(first.traceHash)
    expect(first.failure.count).toBeGreaterThan(0)
    expect(first.delivered).toBeGreaterThan(0.99 * first.expected)
  })
})

/** The length of what is written, with the length before it. */
function encode(fill: (writer: protobuf.Writer) => void): number {
  const writer = new protobuf.Writer()
  fill(writer)
  const body = writer.finish()
  return new protobuf.Writer().bytes(body).finish().length
}

function nodeWith(peers: number): { node: GossipNode; sent: { to: PeerId; rpc: Rpc }[] } {
  const sent: { to: PeerId; rpc: Rpc }[] = []
  const random = new Random(seeds(1)[0] as number)
  const node = new GossipNode({ random, send: (to, rpc) => sent.push({ to, rpc }), deliver: () => {} })
  for (let i = 0; i < peers; i++) {
    // All outbound: they are let in although the mesh is full.
    node.handleConnected(peer(i), true)
    node.handle(peer(i), { type: 'subscribe', subscribe: true }, 0)
  }
  return { node, sent }
}

function peer(i: number): PeerId {
  return `peer${i}` as PeerId
}
