import { describe, expect, test } from 'vitest'
import { openChannelId, type PeerId, type StreamId, streamId } from './ids.ts'
import { type SubscriptionEvent, Subscriptions } from './subscriptions.ts'
import type { Announcement } from './wire/messages.ts'

const publisher = 'publisher' as PeerId
const [up, other] = ['up', 'other'] as [PeerId, PeerId]
const channel = openChannelId('news')
const announcement: Announcement = {
  publisher,
  channel,
  name: 'news',
  epoch: 1,
  seqno: 0,
  expiresAt: 0,
  ended: false,
  catalog: new Uint8Array()
}
const names = [0, 1].map(track => ({ channel, publisher, epoch: 1, track }))
const [voice, noise] = names.map(streamId) as [never, never]

/** What has come of the streams: the seqno after the newest. */
const newest = new Map<StreamId, number>()

/** A subscription to both tracks, which follows the run. */
function joined() {
  const subscriptions = new Subscriptions({ streamsLeftMax: 2, streamsLeftMs: 10_000 }, of => newest.get(of))
  subscriptions.open(channel, [0, 1])
  expect(subscriptions.join(announcement)).toEqual(names)
  return subscriptions
}

const kinds = (events: SubscriptionEvent[]) => events.map(({ event }) => event.type)

describe('A subscription to two tracks', () => {
  test('is told once that its run started, whichever track is first', () => {
    const subscriptions = joined()
    expect(kinds(subscriptions.handleObject(noise))).toEqual(['started'])
    expect(kinds(subscriptions.handleEstablished(voice, up, 2))).toEqual(['route'])
    expect(kinds(subscriptions.handleObject(voice))).toEqual([])
  })

  test('starts a track while it follows no run, and has followed none', () => {
    const subscriptions = new Subscriptions({ streamsLeftMax: 2, streamsLeftMs: 10_000 }, () => 7)
    subscriptions.open(channel, [0])
    expect([0, 1].map(track => subscriptions.starts(channel, track))).toEqual([true, false])
    subscriptions.join(announcement)
    expect(subscriptions.starts(channel, 0)).toBe(false)
    subscriptions.leave(announcement, false, 0)
    expect(subscriptions.starts(channel, 0)).toBe(false)
  })

  test('is told of a way once, and of the next one', () => {
    const subscriptions = joined()
    expect(kinds(subscriptions.handleEstablished(voice, up, 2))).toEqual(['started', 'route'])
    expect(kinds(subscriptions.handleEstablished(noise, up, 2))).toEqual([])
    expect(kinds(subscriptions.handleEstablished(noise, other, 2))).toEqual(['route'])
  })

  test('is interrupted when neither comes any more, and starts again', () => {
    const subscriptions = joined()
    subscriptions.handleEstablished(voice, up, 2)
    subscriptions.handleEstablished(noise, up, 2)
    expect(kinds(subscriptions.handleLost(voice))).toEqual([])
    expect(kinds(subscriptions.handleLost(noise))).toEqual(['interrupted'])
    expect(kinds(subscriptions.handleLost(noise))).toEqual([])
    expect(kinds(subscriptions.handleEstablished(voice, up, 2))).toEqual(['started', 'route'])
  })

  test('has ended when both have', () => {
    const subscriptions = joined()
    subscriptions.handleObject(voice)
    expect(subscriptions.handleEnd(voice)).toBe(undefined)
    expect(subscriptions.handleEnd(noise)).toBe(announcement)
    expect(kinds(subscriptions.leave(announcement, true, 0).events)).toEqual(['ended'])
  })
})

describe('A subscription', () => {
  test('knows where the objects of its streams go, until it leaves them', () => {
    const subscriptions = joined()
    expect(subscriptions.target(noise, 0, 0)).toEqual(names[1])
    expect(subscriptions.leave(announcement, false, 0)).toEqual({ streams: [voice, noise], events: [] })
    expect(subscriptions.target(noise, 0, 0)).toBe(undefined)
  })

  test('that follows another publisher is interrupted if sound had come', () => {
    const subscriptions = joined()
    subscriptions.handleObject(voice)
    expect(kinds(subscriptions.leave(announcement, false, 0).events)).toEqual(['interrupted'])
  })

  test('that comes back to a run goes on after what had come', () => {
    const subscriptions = joined()
    newest.set(voice, 118)
    subscriptions.leave(announcement, false, 0)
    newest.delete(voice)
    subscriptions.join(announcement)
    expect(subscriptions.target(voice, 117, 0)).toBe(undefined)
    expect(subscriptions.target(voice, 118, 0)).toEqual(names[0])
    expect(subscriptions.target(noise, 0, 0)).toEqual(names[1])
    // Nothing has come since.
    subscriptions.leave(announcement, false, 0)
    subscriptions.join(announcement)
    expect(subscriptions.target(voice, 117, 9_999)).toBe(undefined)
    // Only something older has.
    newest.set(voice, 100)
    subscriptions.leave(announcement, false, 0)
    subscriptions.join(announcement)
    newest.delete(voice)
    expect(subscriptions.target(voice, 117, 9_999)).toBe(undefined)
    // A seqno that was a lie keeps nothing away for long.
    expect(subscriptions.target(voice, 117, 10_000)).toEqual(names[0])
  })

  test('that is closed, and opened again, does not', () => {
    const subscriptions = joined()
    newest.set(voice, 118)
    subscriptions.leave(announcement, false, 0)
    subscriptions.close(channel)
    subscriptions.open(channel, [0])
    subscriptions.join(announcement)
    expect(subscriptions.target(voice, 0, 0)).toEqual(names[0])
    newest.delete(voice)
  })

  test('remembers streamsLeftMax of the streams that it has left', () => {
    const subscriptions = new Subscriptions({ streamsLeftMax: 2, streamsLeftMs: 10_000 }, () => 5)
    subscriptions.open(channel, [0])
    const runs = [1, 2, 3].map(epoch => ({ ...announcement, epoch }))
    for (const run of runs) {
      subscriptions.join(run)
      subscriptions.leave(run, false, 0)
    }
    const isHeardFrom0 = runs.map(run => {
      const [name] = subscriptions.join(run)
      const isHeard = name !== undefined && subscriptions.target(streamId(name), 0, 0) !== undefined
      subscriptions.leave(run, true, 0)
      return isHeard
    })
    expect(isHeardFrom0).toEqual([true, false, false])
  })

  test('that was closed is told no more', () => {
    const subscriptions = joined()
    subscriptions.handleObject(voice)
    subscriptions.close(channel)
    expect(subscriptions.leave(announcement, false, 0).events).toEqual([])
  })

  test('cannot be opened twice', () => {
    expect(() => joined().open(channel, [0])).toThrow(TypeError)
  })
})

describe('A subscription to several publishers', () => {
  const second = { ...announcement, publisher: 'second' as PeerId, epoch: 7 }
  const ofSecond = streamId({ channel, publisher: second.publisher, epoch: 7, track: 0 })

  /** Follows both, on track 0. */
  function joinedTwo() {
    const subscriptions = new Subscriptions({ streamsLeftMax: 2, streamsLeftMs: 10_000 }, of =>
      newest.get(of)
    )
    subscriptions.open(channel, [0])
    for (const run of [announcement, second]) subscriptions.join(run)
    return subscriptions
  }

  test('is told of each run by itself, and whose it is', () => {
    const subscriptions = joinedTwo()
    const about = (events: SubscriptionEvent[]) =>
      events.map(({ publisher: of, epoch, event }) => `${event.type} ${of} ${epoch}`)
    expect(about(subscriptions.handleObject(voice))).toEqual(['started publisher 1'])
    expect(about(subscriptions.handleEstablished(ofSecond, up, 2))).toEqual([
      'started second 7',
      'route second 7'
    ])
    expect(about(subscriptions.handleLost(voice))).toEqual(['interrupted publisher 1'])
    expect(subscriptions.handleEnd(ofSecond)).toBe(second)
    expect(about(subscriptions.leave(second, true, 0).events)).toEqual(['ended second 7'])
    expect(subscriptions.target(voice, 0, 0)).toEqual(names[0])
  })

  test('keeps nothing once it is closed and has left them', () => {
    const subscriptions = joinedTwo()
    subscriptions.close(channel)
    expect(subscriptions.leave(announcement, false, 0)).toEqual({ streams: [voice], events: [] })
    expect(subscriptions.leave(second, false, 0)).toEqual({ streams: [ofSecond], events: [] })
    subscriptions.open(channel, [0])
    expect(subscriptions.leave(second, true, 0)).toEqual({ streams: [], events: [] })
  })
})
