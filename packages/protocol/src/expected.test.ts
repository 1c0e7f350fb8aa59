import { describe, expect, test } from 'vitest'
import { streamSums } from './digest.ts'
import type { PeerId } from './ids.ts'
import {
  established,
  left,
  name,
  ok,
  other,
  own,
  relay,
  right,
  stream,
  sub,
  told,
  up
} from './relay.fixture.ts'

/** `left` takes a stream that has been on for long. */
function flowing(config: Parameters<typeof established>[0] = {}) {
  const made = established(config)
  made.lookups.resumeSeq = 100
  return made
}

describe('A neighbour that is expected to ask', () => {
  test('is sent what passes, and promised nothing, until it asks; what came before is gone by then', () => {
    const made = flowing()
    expect(told(made.relay.expect(right, name, 0))).toEqual([])
    expect(made.relay.children(stream)).toEqual([left, right])
    expect(told(made.relay.handleSubOk(up, ok(2), 0))).toEqual(['established by up at 3', 'ok 3 to left'])
    expect(told(made.relay.handleSub(right, sub({ startSeq: 0 }), 0))).toEqual(['ok 3 to right'])
    made.relay.handleTimeout(10_000)
    expect(made.relay.children(stream)).toEqual([left, right])
  })

  test('is forgotten after resyncMs if it does not, and stays as it is if it had asked before', () => {
    const made = flowing({ resyncMs: 2_000 })
    for (const peer of [left, right]) made.relay.expect(peer, name, 0)
    made.relay.handleTimeout(1_999)
    expect(made.relay.children(stream)).toEqual([left, right])
    made.relay.handleTimeout(2_000)
    expect(made.relay.children(stream)).toEqual([left])
  })

  test('is no child where there is no room, or where it is a way to the publisher itself', () => {
    const made = flowing({ childrenPerStreamMax: 2 })
    made.relay.expect(up, name, 0)
    made.lookups.nextHop = other
    made.relay.expect(other, name, 0)
    expect(made.relay.children(stream)).toEqual([left])
    for (const peer of [right, other]) made.relay.handleSub(peer, sub(), 0)
    made.relay.expect('fourth' as PeerId, name, 0)
    expect(made.relay.children(stream)).not.toContain('fourth')
  })

  test('has the stream fetched, from the beginning, and given up if it does not ask', () => {
    const made = relay()
    expect(told(made.relay.expect(right, name, 0))).toEqual(['sub 0 to up'])
    expect(told(made.relay.handleSubOk(up, ok(0), 0))).toEqual(['established by up at 1'])
    expect(told(made.relay.handleTimeout(10_000))).toEqual(['unsub to up', 'closed'])
    expect(made.relay.expected.isIdle).toBe(true)
  })

  test('is sent what is fetched from its first object on', () => {
    const made = relay()
    made.relay.expect(right, name, 0)
    expect(made.relay.children(stream)).toEqual([])
    made.relay.expected.handleObject(stream, 0)
    expect(made.relay.children(stream)).toEqual([right])
    expect(made.relay.expected.isIdle).toBe(true)
  })

  test('is sent nothing of a beginning until it asks, which it may do for that', () => {
    const made = flowing()
    made.lookups.isBeginning = true
    made.relay.expect(right, name, 0)
    made.relay.expected.handleObject(stream, 0)
    expect(made.relay.children(stream)).toEqual([left])
    expect(told(made.relay.handleSub(right, sub({ startSeq: 0 }), 0))).toEqual([
      'ok 1 to right',
      'replay 0 to right'
    ])
    expect(made.relay.children(stream)).toEqual([left, right])
  })

  test('has nothing fetched that is over, or that this node would have to publish itself', () => {
    const made = flowing()
    made.relay.end(stream, 0)
    expect(made.relay.expect(right, name, 0)).toEqual([])
    expect(made.relay.expect(right, own, 0)).toEqual([])
    expect([...made.relay.streams()]).toEqual([])
  })

  test('is told nothing before it asks, neither that there is no such stream nor that there is no room', () => {
    const made = relay()
    made.relay.expect(right, name, 0)
    const refused = made.relay.handleSubNack(up, { type: 'sub-nack', stream, reason: 'unknown' }, 0)
    expect(told(refused)).toEqual(['lost', 'closed'])
    const crowded = flowing({ uplinkBps: 250_000 })
    crowded.relay.expect(right, name, 0)
    expect(crowded.relay.children(stream)).toEqual([left, right])
    crowded.lookups.rate = { meanBps: 200_000, peakBps: 200_000 }
    expect(told(crowded.relay.handleTimeout(1_000))).toEqual([])
    expect(crowded.relay.children(stream)).toEqual([left])
  })

  test('has no place where there are enough children, those that are expected among them', () => {
    const made = flowing({ fanOutMax: 2 })
    made.lookups.isBeginning = true
    for (const peer of [right, other]) made.relay.expect(peer, name, 0)
    expect(made.relay.stream(stream)).toMatchObject({ children: [left], expected: 1 })
  })

  test('stays no longer for a DIGEST, to which it is no child', () => {
    const made = flowing({ resyncMs: 2_000 })
    made.relay.expect(right, name, 0)
    expect(made.relay.resubscriptions.handleDigest(right, streamSums([]), 1_900)).toEqual([])
    made.relay.handleTimeout(2_000)
    expect(made.relay.children(stream)).toEqual([left])
  })

  test.each(['UNSUB', 'the end of its link'])('is forgotten with %s', how => {
    const made = relay()
    made.relay.expect(right, name, 0)
    made.relay.handleSubOk(up, ok(0), 0)
    const events = how === 'UNSUB' ? made.relay.handleUnsub(right, stream) : made.relay.handleDown(right, 0)
    expect(told(events)).toEqual(['unsub to up', 'closed'])
  })
})
