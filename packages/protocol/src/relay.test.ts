import { describe, expect, test } from 'vitest'
import type { Config } from './config.ts'
import { streamBucketOf, streamSums } from './digest.ts'
import { type PeerId, pathTag, type StreamId, streamId } from './ids.ts'
import {
  established,
  left,
  name,
  ok,
  other,
  own,
  publisher,
  relay,
  right,
  self,
  stream,
  sub,
  told,
  up,
  way
} from './relay.fixture.ts'

const unknown = { type: 'sub-nack', stream, reason: 'unknown' } as const
const no = { type: 'sub-nack', stream, reason: 'no-route' } as const

describe('A relay joins', () => {
  test('all who ask for a stream into one SUB', () => {
    const made = relay()
    expect(told(made.relay.handleSub(left, sub(), 0))).toEqual(['sub now to up'])
    expect(told(made.relay.handleSub(right, sub(), 0))).toEqual([])
    expect(told(made.relay.subscribe(name, 0))).toEqual([])
    expect(made.relay.children(stream)).toEqual([left, right])
  })

  test('those who ask later to the stream that it has', () => {
    const made = established()
    expect(told(made.relay.handleSub(right, sub(), 0))).toEqual(['ok 1 to right'])
    expect(told(made.relay.subscribe(name, 0))).toEqual(['established by up at 1'])
  })

  test('nobody to a stream of its own that it does not publish', () => {
    const made = relay()
    expect(told(made.relay.handleSub(left, sub(own), 0))).toEqual(['unknown to left'])
    made.relay.startOwn(own, undefined, 0)
    expect(told(made.relay.handleSub(left, sub(own), 0))).toEqual(['ok 0 to left'])
  })

  test('no neighbour from which the stream comes, or would come', () => {
    const made = established()
    expect(told(made.relay.handleSub(up, sub(), 0))).toEqual(['loop to up'])
    made.lookups.nextHop = other
    expect(told(made.relay.handleSub(up, sub(), 0))).toEqual(['loop to up'])
    expect(told(made.relay.handleSub(other, sub(), 0))).toEqual(['loop to other'])
  })
})

describe('SUB_OK', () => {
  test('is given once the node has one itself, with the links from the publisher', () => {
    const made = relay()
    made.relay.handleSub(left, sub(), 0)
    expect(told(made.relay.handleSubOk(up, ok(3), 0))).toEqual(['established by up at 4', 'ok 4 to left'])
  })

  test('is not given while the present next hop has not answered', () => {
    const made = established()
    made.lookups.nextHop = other
    expect(told(made.relay.handleTarget(publisher, 0))).toEqual(['sub now to other'])
    expect(told(made.relay.handleSub(right, sub(), 0))).toEqual([])
    expect(told(made.relay.handleSubOk(other, ok(0), 0))).toEqual([
      'unsub to up',
      'established by other at 1',
      'ok 1 to left',
      'ok 1 to right'
    ])
  })

  test('is given to those who waited when the route comes back to the parent', () => {
    const made = established()
    made.lookups.nextHop = other
    made.relay.handleTarget(publisher, 0)
    made.relay.handleSub(right, sub(), 0)
    made.lookups.nextHop = up
    expect(told(made.relay.handleTarget(publisher, 0))).toEqual(['unsub to other', 'ok 1 to right'])
  })

  test('is given to those who waited when the new one refuses', () => {
    const made = established()
    made.lookups.nextHop = other
    made.relay.handleTarget(publisher, 0)
    made.relay.handleSub(right, sub(), 0)
    made.relay.handleSubNack(other, { type: 'sub-nack', stream, reason: 'full' }, 0)
    made.lookups.nextHop = up
    expect(told(made.relay.handleTarget(publisher, 0))).toEqual(['ok 1 to right'])
  })

  test('is given to those who waited when the new one refuses, and stays the next hop', () => {
    const made = established()
    made.lookups.nextHop = other
    made.relay.handleTarget(publisher, 0)
    made.relay.handleSub(right, sub(), 0)
    made.relay.handleSubNack(other, { type: 'sub-nack', stream, reason: 'full' }, 0)
    made.lookups.hasRefused = true
    expect(told(made.relay.handleTimeout(100))).toEqual(['ok 1 to right'])
  })

  test('is given while another is tried as the next hop', () => {
    const made = established()
    made.lookups.candidate = other
    expect(told(made.relay.handleTarget(publisher, 0))).toEqual(['sub now to other'])
    expect(told(made.relay.handleSub(right, sub(), 0))).toEqual(['ok 1 to right'])
  })

  test('from a neighbour that was not asked is answered by UNSUB', () => {
    expect(told(relay().relay.handleSubOk(other, ok(0), 0))).toEqual(['unsub to other'])
    expect(told(established().relay.handleSubOk(other, ok(0), 0))).toEqual(['unsub to other'])
  })

  test('of hopsMax links or more is no way', () => {
    const made = established({ hopsMax: 8 })
    expect(told(made.relay.handleSubOk(up, ok(7), 0))).toEqual(['established by up at 8', 'ok 8 to left'])
    expect(told(made.relay.handleSubOk(up, ok(8), 0)).slice(0, 2)).toEqual(['unsub to up', 'lost'])
  })
})

describe('A new parent', () => {
  test('is asked before the old one is left, from the object where the old one is', () => {
    const made = established()
    made.lookups.nextHop = other
    made.lookups.resumeSeq = 17
    expect(told(made.relay.handleTarget(publisher, 0))).toEqual(['sub 17 to other'])
    expect(['up', 'other', 'left'].map(peer => made.relay.isSource(stream, peer as PeerId))).toEqual([
      true,
      true,
      false
    ])
    expect(told(made.relay.handleSubOk(other, ok(2), 0))[0]).toBe('unsub to up')
    expect(made.relay.isSource(stream, up)).toBe(false)
  })

  test('that was a child is told that it cannot be both', () => {
    const made = established()
    made.relay.handleSub(other, sub(), 0)
    made.lookups.nextHop = other
    expect(told(made.relay.handleTarget(publisher, 0))).toEqual(['loop to other', 'sub now to other'])
    expect(made.relay.children(stream)).toEqual([left])
  })

  test('that is tried takes over if the old one gives up: the children need not know', () => {
    const made = established()
    made.lookups.candidate = other
    made.relay.handleTarget(publisher, 0)
    expect(told(made.relay.handleSubNack(up, no, 0))).toEqual(['lost', 'unsub to up'])
    expect(told(made.relay.handleSubOk(other, ok(0), 0))).toEqual([
      'established by other at 1',
      'ok 1 to left'
    ])
    expect(told(made.relay.handleSubNack(other, no, 0)), 'whatever the reason').toEqual([
      'unsub to other',
      'lost',
      'refused by other'
    ])
    made.lookups.candidate = undefined
    expect(told(made.relay.handleTarget(publisher, 0))).toEqual(['sub now to up'])
  })

  test('is not tried while it is a child, which it stays', () => {
    const made = established()
    made.relay.handleSub(other, sub(), 0)
    made.lookups.candidate = other
    expect(told(made.relay.handleTarget(publisher, 0))).toEqual([])
    made.relay.handleUnsub(other, stream)
    expect(told(made.relay.handleTimeout(1_000))).toEqual(['sub now to other'])
  })

  test('that says no leaves the old one in place, and is asked again in the next round', () => {
    const made = established()
    made.lookups.nextHop = other
    made.relay.handleTarget(publisher, 0)
    expect(told(made.relay.handleSubNack(other, no, 0))).toEqual(['unsub to other'])
    expect(told(made.relay.handleTimeout(1_000))).toEqual(['sub now to other'])
  })

  test('is looked for when the old one is gone; without one the children are told', () => {
    const made = established()
    made.lookups.nextHop = other
    expect(told(made.relay.handleDown(up, 0))).toEqual(['lost', 'sub now to other'])
    const last = established()
    last.lookups.nextHop = undefined
    expect(told(last.relay.handleDown(up, 0))).toEqual(['lost', 'no-route to left'])
    last.lookups.nextHop = other
    expect(told(last.relay.handleTarget(publisher, 0))).toEqual(['sub now to other'])
    expect(told(last.relay.handleSubOk(other, ok(0), 0))).toEqual([
      'established by other at 1',
      'ok 1 to left'
    ])
  })

  test('that loses the way itself is asked once, and not again and again', () => {
    const made = established()
    expect(told(made.relay.handleSubNack(up, no, 0))).toEqual(['lost', 'no-route to left', 'sub now to up'])
    expect(told(made.relay.handleSubNack(up, no, 0))).toEqual(['lost', 'unsub to up'])
  })

  test('that does not say SUB_OK after all is lost, too: it may have sent objects before', () => {
    const made = relay()
    made.lookups.nextHop = up
    made.relay.subscribe(name, 0)
    expect(made.relay.isSource(stream, up)).toBe(true)
    made.lookups.nextHop = undefined
    expect(told(made.relay.handleTarget(publisher, 0))).toEqual(['unsub to up', 'lost'])
  })

  test('that is no more the next hop, without another, leaves the children to find their own way', () => {
    const made = established()
    made.lookups.nextHop = other
    expect(told(made.relay.handleDown(up, 0))).toEqual(['lost', 'sub now to other'])
    made.lookups.nextHop = undefined
    expect(told(made.relay.handleTarget(publisher, 0))).toEqual([
      'unsub to other',
      'lost',
      'no-route to left'
    ])
  })
})

describe('While objects come from the parent, the next hop that was asked', () => {
  /** `up` feeds; the route leads to `other`, which has said SUB_OK at 100. */
  function moving(config: Partial<Config> = {}) {
    const made = established(config)
    made.lookups.flows = true
    made.lookups.nextHop = other
    made.lookups.resumeSeq = 17
    expect(told(made.relay.handleTarget(publisher, 80))).toEqual(['sub 17 to other'])
    expect(told(made.relay.handleSubOk(other, ok(2), 100))).toEqual([])
    return made
  }

  test('is the parent from its first object on, and the old one is left then', () => {
    const made = moving()
    expect(told(made.relay.handleObject(up, stream, 110))).toEqual([])
    expect(told(made.relay.handleObject(other, stream, 120))).toEqual([
      'unsub to up',
      'established by other at 3',
      'ok 3 to left'
    ])
  })

  test('may send objects before its SUB_OK', () => {
    const made = established()
    made.lookups.flows = true
    made.lookups.nextHop = other
    made.relay.handleTarget(publisher, 80)
    expect(told(made.relay.handleObject(other, stream, 90))).toEqual([])
    expect(told(made.relay.handleSubOk(other, ok(0), 100))[0]).toBe('unsub to up')
  })

  test('and sends nothing for firstObjectMs is at fault, and is left', () => {
    const made = moving({ firstObjectMs: 500 })
    expect(told(made.relay.handleMoves(599))).toEqual([])
    expect(made.timers.takeDue(600)).toContain('moves')
    expect(told(made.relay.handleMoves(600))).toEqual(['unsub to other', 'fault of other'])
    expect(made.relay.isSource(stream, up)).toBe(true)
  })

  test('takes over without an object when none comes from the parent either', () => {
    const made = moving({ firstObjectMs: 500 })
    made.lookups.flows = false
    expect(told(made.relay.handleMoves(600))[0]).toBe('unsub to up')
  })

  test('takes over at once when the parent is gone', () => {
    expect(told(moving().relay.handleDown(up, 110))).toEqual(['established by other at 3', 'ok 3 to left'])
  })

  test('is no parent while its way leads through this node, and is one when that is over', () => {
    const made = established()
    made.lookups.nextHop = other
    made.relay.handleTarget(publisher, 0)
    const circle = { ...ok(3), path: [...way(1), pathTag(self), ...way(0)] }
    expect(told(made.relay.handleSubOk(other, circle, 10))).toEqual([])
    expect(made.relay.isSource(stream, up)).toBe(true)
    expect(told(made.relay.handleSubOk(other, ok(2), 20))[0]).toBe('unsub to up')
  })

  test('is not taken from an answer to a SUB that was taken back', () => {
    const made = relay()
    const asked = () =>
      made.relay.handleSub(left, sub(), 0).flatMap(event => (event.type === 'send' ? event.message : []))
    expect(asked()).not.toContainEqual(expect.objectContaining({ attempt: expect.anything() }))
    made.relay.handleUnsub(left, stream)
    expect(asked()).toContainEqual(expect.objectContaining({ type: 'sub', attempt: 1 }))
    expect(told(made.relay.handleSubOk(up, ok(0), 10))).toEqual([])
    expect(told(made.relay.handleSubOk(up, { ...ok(0), attempt: 1 }, 20))).toEqual([
      'established by up at 1',
      'ok 1 to left'
    ])
    expect(told(made.relay.handleSubOk(up, ok(5), 30))).toEqual([])
  })

  test('that never answers is at fault, and asked again in the next round if it still is the way', () => {
    const made = established({ answerTimeoutMs: 2_000 })
    made.lookups.nextHop = other
    made.relay.handleTarget(publisher, 0)
    expect(told(made.relay.handleMoves(2_000))).toEqual(['unsub to other', 'fault of other'])
    expect(told(made.relay.handleTimeout(3_000))).toEqual(['sub now to other'])
  })
})

describe('When the parent falls silent', () => {
  /** `up` has said SUB_OK, and sends nothing; `other` was asked beside it, at 0. */
  function silent() {
    const made = established({ backupTimeoutMs: 1_000, backupGraceMs: 100 })
    Object.assign(made.lookups, { flows: true, backup: other, resumeSeq: 17 })
    expect(told(made.relay.handleSilence(stream, 0))).toEqual(['sub 17 to other'])
    return made
  }

  test('a backup is asked beside it, and takes over when it alone has something to send', () => {
    const made = silent()
    made.relay.handleSubOk(other, ok(1), 20)
    expect(told(made.relay.handleObject(other, stream, 30))).toEqual([])
    expect(made.timers.takeDue(130)).toContain('moves')
    expect(told(made.relay.handleMoves(130))).toEqual([
      'unsub to up',
      'established by other at 2',
      'ok 2 to left',
      'fault of up'
    ])
  })

  test('and only paused, the backup is left again, for the publisher may have paused', () => {
    const made = silent()
    made.relay.handleSubOk(other, ok(1), 20)
    made.relay.handleObject(other, stream, 30)
    expect(told(made.relay.handleObject(up, stream, 40))).toEqual(['unsub to other'])
  })

  test('and the backup has nothing either, it is left after backupTimeoutMs', () => {
    const made = silent()
    made.relay.handleSubOk(other, ok(1), 20)
    expect(told(made.relay.handleMoves(1_000))).toEqual(['unsub to other'])
  })

  test('those who join meanwhile are answered as before', () => {
    expect(told(silent().relay.handleSub(right, sub(), 10))).toEqual(['ok 1 to right'])
  })

  test('and the route moves to the backup, that one is the next hop like any other', () => {
    const made = silent()
    made.lookups.nextHop = other
    expect(told(made.relay.handleTarget(publisher, 10))).toEqual([])
    made.relay.handleSubOk(other, ok(1), 20)
    expect(told(made.relay.handleObject(other, stream, 30))[0]).toBe('unsub to up')
  })

  test('a child is no backup', () => {
    const made = established()
    made.lookups.backup = left
    expect(told(made.relay.handleSilence(stream, 0))).toEqual(['doubted'])
  })

  test('and there is no backup, the route is to find one, which is asked as soon as it is there', () => {
    const made = established({ backupRetryMs: 50, backupTimeoutMs: 1_000 })
    expect(told(made.relay.handleSilence(stream, 0))).toEqual(['doubted'])
    expect(told(made.relay.handleMoves(50))).toEqual([])
    made.lookups.backup = other
    expect(made.timers.at('moves')).toBe(50)
    expect(told(made.relay.handleMoves(100))).toEqual(['sub now to other'])
  })

  test('and there is no backup, it is looked for until the parent is heard again, or for backupTimeoutMs', () => {
    const heard = established()
    heard.relay.handleSilence(stream, 0)
    heard.relay.handleObject(up, stream, 60)
    heard.lookups.backup = other
    expect(told(heard.relay.handleMoves(100))).toEqual([])
    const made = established({ backupTimeoutMs: 1_000 })
    made.relay.handleSilence(stream, 0)
    made.relay.handleMoves(1_000)
    made.lookups.backup = other
    expect(told(made.relay.handleMoves(1_050))).toEqual([])
  })

  test('from the start, though it said SUB_OK, a backup is asked once', () => {
    const made = established({ firstObjectMs: 500, subIntervalMs: 1_000 })
    made.lookups.backup = other
    expect(told(made.relay.handleTimeout(1_000))).toEqual(['sub now to other'])
    expect(told(made.relay.handleMoves(2_000))).toEqual(['unsub to other'])
    expect(told(made.relay.handleTimeout(2_000))).toEqual([])
  })
})

describe('Two neighbours that differ in what one takes from the other', () => {
  const sums = (...streams: StreamId[]) => streamSums(streams)
  const bucket = 1 << streamBucketOf(stream)

  test('find it by their digests, and ask for the buckets that differ', () => {
    const made = established()
    expect(made.relay.resubscriptions.digest(up)).toEqual(sums(stream))
    expect(made.relay.resubscriptions.digest(left)).toEqual(sums())
    expect(made.relay.resubscriptions.handleDigest(left, sums(stream), 0)).toEqual([])
    expect(made.relay.resubscriptions.handleDigest(left, sums(), 0)).toEqual([
      { type: 'send', peer: left, message: { type: 'resync', routes: 0, subscriptions: bucket } }
    ])
  })

  test('forget a child that does not ask again, and keep one that does', () => {
    const made = established({ resyncMs: 2_000 })
    made.relay.handleSub(right, sub(), 0)
    for (const child of [left, right]) made.relay.resubscriptions.handleDigest(child, sums(), 0)
    expect(told(made.relay.handleSub(left, sub(), 100))).toEqual(['ok 1 to left'])
    made.relay.handleTimeout(2_000)
    expect(made.relay.children(stream)).toEqual([left])
  })

  test('are told again of what is wanted, once per digest', () => {
    const made = established()
    made.lookups.resumeSeq = 17
    expect(made.relay.resubscriptions.handleResync(up, bucket)).toEqual([])
    made.relay.resubscriptions.digest(up)
    expect(told(made.relay.resubscriptions.handleResync(up, 0xffff & ~bucket))).toEqual([])
    made.relay.resubscriptions.digest(up)
    expect(told(made.relay.resubscriptions.handleResync(up, bucket))).toEqual(['sub 17 to up'])
    expect(made.relay.resubscriptions.handleResync(up, bucket)).toEqual([])
  })
})

describe('A stream that its publisher does not have', () => {
  test('leaves nothing on its way, whoever made it up', () => {
    const made = relay()
    made.lookups.nextHop = up
    made.relay.handleSub(left, sub(), 0)
    expect(told(made.relay.handleSubNack(up, unknown, 0))).toEqual(['unknown to left', 'lost', 'closed'])
    expect([...made.relay.streams()]).toEqual([])
  })

  test('is asked for again in the next round while somebody here wants it', () => {
    const made = established()
    made.relay.subscribe(name, 0)
    expect(told(made.relay.handleSubNack(up, unknown, 0))).toEqual(['unknown to left', 'lost'])
    expect(told(made.relay.handleTimeout(1_000))).toEqual(['sub now to up'])
  })

  test('is not given up while another parent feeds it', () => {
    const made = established()
    made.lookups.nextHop = other
    made.relay.handleTarget(publisher, 0)
    expect(told(made.relay.handleSubNack(other, unknown, 0))).toEqual([])
    expect(made.relay.children(stream)).toEqual([left])
  })
})

describe('Recent objects', () => {
  test('are sent to a new child from where it wants them', () => {
    const made = established()
    expect(told(made.relay.handleSub(right, sub({ startSeq: 4 }), 0))).toEqual([
      'ok 1 to right',
      'replay 4 to right'
    ])
  })

  test('are not sent again to a child that has them', () => {
    const made = established()
    made.relay.handleSub(right, sub({ startSeq: 4 }), 0)
    expect(told(made.relay.handleSub(right, sub({ startSeq: 4 }), 0))).toEqual(['ok 1 to right'])
  })

  test('are asked for from the least that a child wants, while none has come', () => {
    const made = relay()
    made.lookups.nextHop = undefined
    made.relay.handleSub(left, sub({ startSeq: 9 }), 0)
    made.relay.handleSub(right, sub({ startSeq: 4 }), 0)
    made.lookups.nextHop = up
    expect(told(made.relay.handleTarget(publisher, 0))).toEqual(['sub 4 to up'])
  })

  test('are asked for from where it was fed last, though a newcomer wants later ones', () => {
    const made = established()
    made.lookups.resumeSeq = 7
    made.lookups.nextHop = undefined
    made.relay.handleSubNack(up, { type: 'sub-nack', stream, reason: 'loop' }, 0)
    made.relay.handleSub(up, sub({ startSeq: 9 }), 0)
    made.lookups.nextHop = other
    expect(told(made.relay.handleTarget(publisher, 0))).toEqual(['sub 7 to other'])
  })

  test('are asked for from the beginning by a local subscriber', () => {
    expect(told(relay().relay.subscribe(name, 0))).toEqual(['sub 0 to up'])
  })
})

describe('A stream is given up', () => {
  test('by UNSUB up the tree when the last child and the last subscriber have left', () => {
    const made = established()
    made.relay.subscribe(name, 0)
    expect(told(made.relay.handleUnsub(left, stream))).toEqual([])
    expect(told(made.relay.unsubscribe(stream))).toEqual(['unsub to up', 'closed'])
    expect([...made.relay.streams()]).toEqual([])
  })

  test('towards the parent and the one that was asked', () => {
    const made = established()
    made.lookups.nextHop = other
    made.relay.handleTarget(publisher, 0)
    expect(told(made.relay.handleUnsub(left, stream))).toEqual(['unsub to up', 'unsub to other', 'closed'])
  })

  test('when its last child goes down', () => {
    expect(told(established().relay.handleDown(left, 0))).toEqual(['unsub to up', 'closed'])
  })

  test('at its end by all at once, without a word', () => {
    const made = established()
    expect(told(made.relay.end(stream, 0))).toEqual(['closed'])
    expect(made.relay.children(stream)).toEqual([])
    expect(told(made.relay.handleUnsub(left, stream))).toEqual([])
  })

  test('at its end, which a neighbour that was asked may not see', () => {
    const made = established()
    made.lookups.nextHop = other
    made.relay.handleTarget(publisher, 0)
    expect(told(made.relay.end(stream, 0))).toEqual(['unsub to other', 'closed'])
  })

  test('at its end, and refuses no SUB that was sent before, for it would overtake the last objects', () => {
    const made = relay({ subTimeoutMs: 5_000 })
    made.relay.startOwn(own, undefined, 0)
    made.relay.end(streamId(own), 0)
    expect(told(made.relay.handleSub(left, sub(own), 4_000))).toEqual([])
    made.relay.handleTimeout(5_000)
    expect(told(made.relay.handleSub(left, sub(own), 5_000))).toEqual(['unknown to left'])
  })
})

describe('Every subIntervalMs', () => {
  test('a neighbour that refused is asked again, however many ask for the stream until then', () => {
    const made = relay({ subIntervalMs: 1_000 })
    made.relay.handleSub(left, sub(), 0)
    made.relay.handleSubNack(up, { type: 'sub-nack', stream, reason: 'full' }, 0)
    expect(told(made.relay.handleSub(right, sub(), 10))).toEqual([])
    expect(told(made.relay.handleSub(left, sub(), 20))).toEqual([])
    expect(told(made.relay.handleTimeout(1_000))).toEqual(['sub now to up'])
  })

  test('what a parent gives is not asked for again', () => {
    const made = established({ subIntervalMs: 1_000 })
    made.lookups.resumeSeq = 17
    expect(told(made.relay.handleTimeout(1_000))).toEqual([])
    expect(made.timers.at('subscriptions')).toBe(2_000)
  })

  test('nothing happens where there are no streams', () => {
    const made = established()
    made.relay.handleUnsub(left, stream)
    made.timers.takeDue(5_000)
    expect([...made.relay.handleMoves(5_000), ...made.relay.handleTimeout(5_000)]).toEqual([])
    expect(made.timers.next()).toBe(undefined)
  })
})

describe('A neighbour without room', () => {
  const full = { type: 'sub-nack', stream, reason: 'full', redirect: [right] } as const

  test('is told of, so that the route goes elsewhere', () => {
    const made = relay()
    made.relay.subscribe(name, 0)
    expect(told(made.relay.handleSubNack(up, full, 0))).toEqual(['lost', 'refused by up'])
    made.lookups.nextHop = other
    expect(told(made.relay.handleTarget(publisher, 0))).toEqual(['sub 0 to other'])
  })

  test('is asked again in the next round by those who have no parent', () => {
    const made = relay()
    expect(made.relay.subscribe(name, 0)).toMatchObject([{ peer: up, message: { insist: true } }])
    expect(told(made.relay.handleSubNack(up, full, 0))).toEqual(['lost', 'refused by up'])
    expect(told(made.relay.handleTimeout(1_000))).toEqual(['sub 0 to up'])
  })

  test('is not insisted on by those who have one', () => {
    const made = established()
    made.lookups.nextHop = other
    const [event] = made.relay.handleTarget(publisher, 0)
    expect(event).toMatchObject({ peer: other, message: { type: 'sub', publisher } })
    expect(event).not.toMatchObject({ message: { insist: true } })
    expect(told(made.relay.handleSubNack(other, full, 0))).toEqual(['refused by other'])
    made.lookups.hasRefused = true
    expect(told(made.relay.handleTimeout(1_000))).not.toContain('sub now to other')
  })

  test('that was the parent is one no more', () => {
    const made = established()
    expect(told(made.relay.handleSubNack(up, full, 0))).toEqual(['lost', 'refused by up'])
    expect(told(made.relay.handleSubNack(other, full, 0))).toEqual([])
  })
})

describe('MOVE', () => {
  test('without a stream tells who may take the place of a parent, or of who was asked to be one', () => {
    const message = { type: 'move', withinMs: 2_000, redirect: [right] } as const
    const named = (peer: PeerId) => [{ type: 'withdrawn', peer, redirect: [right] }]
    const made = established()
    expect(made.relay.handleMove(up, message)).toEqual(named(up))
    expect(made.relay.handleMove(other, message)).toEqual([])
    expect(made.relay.handleMove(left, message)).toEqual([])
    made.lookups.nextHop = other
    made.relay.handleTarget(publisher, 0)
    expect(made.relay.handleMove(other, message)).toEqual(named(other))
  })

  test('from the parent has the route go elsewhere, and from anyone else nothing', () => {
    const made = established()
    const message = { type: 'move', stream, withinMs: 0, redirect: [] } as const
    expect(told(made.relay.handleMove(up, message))).toEqual(['crowded at up'])
    expect(told(made.relay.handleMove(other, message))).toEqual([])
  })
})
