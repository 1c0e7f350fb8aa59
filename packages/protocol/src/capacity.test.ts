import { describe, expect, test } from 'vitest'
import { streamId } from './ids.ts'
import { another, established, left, other, right, stream, sub, told, up } from './relay.fixture.ts'

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

  test('that is a server takes more children of a stream of which viewers can feed few', () => {
    const made = established({ serverFanOutMax: 1, serverFanOutHeavyMax: 2, heavyBps: 500_000, server: true })
    made.lookups.rateBps = 500_000
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
    made.lookups.rateBps = 64_000
    made.relay.handleTimeout(1_000)
    expect(made.relay.capacity.isFull).toBe(true)
    expect(told(made.relay.handleSub(right, sub({ insist: true }), 0))).toEqual(['full to right'])
    expect(told(made.relay.handleSub(left, sub(), 0))).toEqual(['ok 1 to left'])
  })

  test('takes no more than its uplink can carry at a peak, but two if it can carry them on average', () => {
    const strong = established({ uplinkBps: 5_000_000 })
    Object.assign(strong.lookups, { rateBps: 1_000_000, peakBps: 2_000_000 })
    strong.relay.handleTimeout(1_000)
    expect(told(strong.relay.handleSub(right, sub(), 0))).toEqual(['ok 1 to right'])
    expect(told(strong.relay.handleSub(other, sub(), 0))).toEqual(['full to other'])
    const weak = established({ uplinkBps: 2_500_000 })
    Object.assign(weak.lookups, { rateBps: 1_000_000, peakBps: 2_000_000 })
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
    made.lookups.rateBps = 150_000
    expect(told(made.relay.handleTimeout(1_000))).toEqual(['full to right'])
    expect(made.relay.children(stream)).toEqual([left])
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
