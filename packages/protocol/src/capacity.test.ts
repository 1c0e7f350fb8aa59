import { describe, expect, test } from 'vitest'
import { pathTag, streamId } from './ids.ts'
import {
  another,
  established,
  left,
  name,
  ok,
  other,
  relay,
  right,
  self,
  stream,
  sub,
  told,
  up
} from './relay.fixture.ts'

describe('To share the load, a relay', () => {
  test('sends those who have a parent to its children, and takes those who have none', () => {
    const made = established({ fanOutMax: 1 })
    const [event] = made.relay.handleSub(right, sub(), 0)
    expect(event).toMatchObject({ peer: right, message: { reason: 'full', redirect: [left] } })
    expect(told(made.relay.handleSub(right, sub({ insist: true }), 0))).toEqual(['ok 1 to right'])
  })

  test('that is a server is content with fewer children than a page', () => {
    const made = established({ fanOutMax: 2, serverFanOutMax: 1, server: true })
    expect(told(made.relay.handleSub(right, sub(), 0))).toEqual(['full to right'])
    const page = established({ fanOutMax: 2, serverFanOutMax: 1 })
    expect(told(page.relay.handleSub(right, sub(), 0))).toEqual(['ok 1 to right'])
  })

  test('that is a server takes other servers past that, and asks none of them to go', () => {
    const made = established({ fanOutMax: 1, serverFanOutMax: 1, server: true })
    made.lookups.resumeSeq = 17
    made.lookups.servers.push(right, other)
    expect(told(made.relay.handleSub(right, sub(), 0))).toEqual(['ok 1 to right'])
    expect(told(made.relay.handleSub(other, sub(), 0))).toEqual(['ok 1 to other'])
    expect(told(made.relay.handleTimeout(1_000))).toEqual([])
    const page = established({ fanOutMax: 1 })
    page.lookups.servers.push(right)
    expect(told(page.relay.handleSub(right, sub(), 0))).toEqual(['full to right'])
  })

  test('that is a server counts servers, too, past serverPartnersMax: anyone can say that it is one', () => {
    const made = established({ serverFanOutMax: 1, serverPartnersMax: 1, server: true })
    made.lookups.servers.push(right, other)
    expect(told(made.relay.handleSub(right, sub(), 0))).toEqual(['ok 1 to right'])
    expect(told(made.relay.handleSub(other, sub(), 0))).toEqual(['full to other'])
  })

  test('believes its parent that a stream has peaks, up to peakToMeanMax', () => {
    const made = relay({ uplinkBps: 1_000_000, peakToMeanMax: 4 })
    made.relay.handleSub(left, sub(), 0)
    const answer = made.relay.handleSubOk(up, { ...ok(0), rate: { mean: 110, peak: 0xffff_ffff } }, 10)
    expect(answer.at(-1)).toMatchObject({ peer: left, message: { rate: { mean: 110, peak: 440 } } })
    expect(made.relay.capacity.isFull).toBe(false)
  })

  test('learns no rate from a neighbour whose stream comes through itself', () => {
    const made = relay({ uplinkBps: 400_000 })
    made.relay.handleSub(left, sub(), 0)
    const circle = { ...ok(0), path: [pathTag(self)], rate: { mean: 500, peak: 500 } }
    expect(told(made.relay.handleSubOk(up, circle, 10))).toEqual([])
  })

  test('sends what it has to servers first', () => {
    const made = established()
    made.lookups.servers.push(right)
    made.relay.handleSub(right, sub(), 0)
    made.relay.handleSub(other, sub(), 0)
    expect(made.relay.children(stream)).toEqual([right, left, other])
    made.relay.handleUnsub(left, stream)
    expect(made.relay.children(stream)).toEqual([right, other])
  })

  test('that is a server takes more children of a stream of which viewers can feed few', () => {
    const made = established({ serverFanOutMax: 1, serverFanOutHeavyMax: 2, heavyBps: 500_000, server: true })
    made.lookups.rate = steady(500_000)
    made.relay.handleTimeout(1_000)
    expect(told(made.relay.handleSub(right, sub(), 0))).toEqual(['ok 1 to right'])
    expect(told(made.relay.handleSub(other, sub(), 0))).toEqual(['full to other'])
  })

  test('asks children that are too many to find another parent, now and then, and feeds them', () => {
    const made = established({ fanOutMax: 1, moveIntervalMs: 30_000 })
    made.lookups.resumeSeq = 17
    made.relay.handleSub(right, sub({ insist: true }), 0)
    const message = { type: 'move', stream, withinMs: 0, redirect: [left] }
    expect(made.relay.handleTimeout(1_000)).toEqual([{ type: 'send', peer: right, message }])
    expect(told(made.relay.handleTimeout(2_000))).toEqual([])
    expect(told(made.relay.handleTimeout(31_000))).toEqual(['move to right'])
    expect(made.relay.children(stream)).toEqual([left, right])
  })

  test('takes nobody whom its uplink has no room for, however much they insist', () => {
    const made = established({ uplinkBps: 100_000 })
    made.lookups.rate = steady(64_000)
    made.relay.handleTimeout(1_000)
    expect(made.relay.capacity.isFull).toBe(true)
    expect(told(made.relay.handleSub(right, sub({ insist: true }), 0))).toEqual(['full to right'])
    expect(told(made.relay.handleSub(left, sub(), 0))).toEqual(['ok 1 to left'])
  })

  test('takes no more than its uplink can carry at a peak, but two if it can carry them on average', () => {
    const strong = established({ uplinkBps: 5_000_000 })
    strong.lookups.rate = { meanBps: 1_000_000, peakBps: 2_000_000 }
    strong.relay.handleTimeout(1_000)
    expect(told(strong.relay.handleSub(right, sub(), 0))).toEqual(['ok 1 to right'])
    expect(told(strong.relay.handleSub(other, sub(), 0))).toEqual(['full to other'])
    const weak = established({ uplinkBps: 2_500_000 })
    weak.lookups.rate = { meanBps: 1_000_000, peakBps: 2_000_000 }
    weak.relay.handleTimeout(1_000)
    expect(told(weak.relay.handleSub(right, sub(), 0))).toEqual(['ok 1 to right'])
    expect(told(weak.relay.handleSub(other, sub(), 0))).toEqual(['full to other'])
  })

  test('counts those it has taken on since it last measured', () => {
    const made = established({ uplinkBps: 210_000 })
    expect(told(made.relay.handleSub(right, sub(), 0))).toEqual(['ok 1 to right'])
    expect(told(made.relay.handleSub(other, sub(), 0))).toEqual(['full to other'])
  })

  test('lets its last children go when a stream turns out to need more than there is', () => {
    const made = established({ uplinkBps: 200_000 })
    made.lookups.resumeSeq = 17
    made.relay.handleSub(right, sub(), 0)
    made.lookups.rate = steady(150_000)
    expect(told(made.relay.handleTimeout(1_000))).toEqual(['full to right'])
    expect(made.relay.children(stream)).toEqual([left])
  })

  test('lets them go as soon as its parent tells what the stream needs', () => {
    const made = relay({ uplinkBps: 400_000 })
    for (const peer of [left, right, other]) made.relay.handleSub(peer, sub(), 0)
    const answer = made.relay.handleSubOk(up, { ...ok(0), rate: { mean: 150, peak: 150 } }, 10)
    expect(told(answer)).toEqual(['full to other', 'established by up at 1', 'ok 1 to left', 'ok 1 to right'])
  })

  test('gives a stream up as soon as its parent tells that it needs more than there is', () => {
    const made = relay({ uplinkBps: 400_000 })
    made.relay.handleSub(left, sub(), 0)
    const answer = made.relay.handleSubOk(up, { ...ok(0), rate: { mean: 500, peak: 500 } }, 10)
    expect(told(answer)).toEqual(['full to left', 'unsub to up', 'closed'])
  })

  test('takes nobody where not a single peak fits into its uplink', () => {
    const made = relay({ uplinkBps: 1_000_000 })
    made.relay.subscribe(name, 0)
    made.relay.handleSubOk(up, { ...ok(0), rate: { mean: 400, peak: 1_100 } }, 10)
    expect(told(made.relay.handleSub(right, sub({ insist: true }), 20))).toEqual(['full to right'])
  })

  test('believes what it has measured, whatever its parent tells', () => {
    const made = established({ uplinkBps: 400_000 })
    made.relay.handleSub(right, sub(), 0)
    made.lookups.rate = steady(150_000)
    made.relay.handleTimeout(1_000)
    const answer = made.relay.handleSubOk(up, { ...ok(3), rate: { mean: 1_000, peak: 1_000 } }, 1_010)
    expect(told(answer)).not.toContain('full to right')
  })

  test('tells its children what it knows of the rate', () => {
    const made = relay()
    made.relay.handleSub(left, sub(), 0)
    const answer = made.relay.handleSubOk(up, { ...ok(0), rate: { mean: 100, peak: 300 } }, 10)
    expect(answer.at(-1)).toMatchObject({ message: { type: 'sub-ok', rate: { mean: 100, peak: 300 } } })
    made.lookups.rate = { meanBps: 149_001, peakBps: 149_001 }
    made.relay.handleTimeout(1_000)
    expect(made.relay.handleSub(right, sub(), 1_000)[0]).toMatchObject({
      message: { rate: { mean: 150, peak: 150 } }
    })
  })

  test('that withdraws feeds on, takes no others, and says who may take its place', () => {
    const made = established()
    expect(made.relay.capacity.withdraw(true, 2_000)).toEqual([
      { type: 'send', peer: left, message: { type: 'move', withinMs: 2_000, redirect: [up] } }
    ])
    expect(told(made.relay.handleSub(right, sub(), 0))).toEqual(['full to right'])
    expect(made.relay.children(stream)).toEqual([left])
    expect(made.relay.capacity.withdraw(false, 0)).toEqual([])
    expect(told(made.relay.handleSub(right, sub(), 0))).toEqual(['ok 1 to right'])
  })
})

describe('SUB is answered by full', () => {
  test('past streamsMax', () => {
    const made = established({ streamsMax: 1 })
    expect(told(made.relay.handleSub(left, sub(another), 0))).toEqual(['full to left'])
    expect(told(made.relay.handleSub(right, sub(), 0))).toEqual(['ok 1 to right'])
  })

  test('past childrenPerStreamMax, but not to a child that repeats it', () => {
    const made = established({ childrenPerStreamMax: 1 })
    expect(told(made.relay.handleSub(right, sub(), 0))).toEqual(['full to right'])
    expect(told(made.relay.handleSub(left, sub(), 0))).toEqual(['ok 1 to left'])
  })

  test('past subscriptionsPerNeighbourMax of a neighbour, until it leaves one', () => {
    const made = established({ subscriptionsPerNeighbourMax: 1 })
    const second = sub(another)
    expect(told(made.relay.handleSub(left, second, 0))).toEqual(['full to left'])
    expect(told(made.relay.handleSub(right, second, 0))).toEqual(['sub now to up'])
    made.relay.handleUnsub(left, stream)
    expect(told(made.relay.handleSub(left, second, 0))).toEqual([])
    expect(made.relay.children(streamId(another))).toEqual([right, left])
  })
})

const steady = (bps: number) => ({ meanBps: bps, peakBps: bps })
