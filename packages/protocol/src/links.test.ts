import { describe, expect, test } from 'vitest'
import type { Config } from './config.ts'
import { defaultConfig } from './default-config.ts'
import type { Millis, PeerId } from './ids.ts'
import { type LinkEvent, Links } from './links.ts'
import { Timers } from './timers.ts'
import type { Beat, Hello } from './wire/messages.ts'

const [a, b] = ['a', 'b'] as [PeerId, PeerId]
const hello: Hello = { type: 'hello', version: defaultConfig.protocolVersion, agent: 'test', server: false }

function links(config: Partial<Config> = {}) {
  const timers = new Timers()
  return { timers, links: new Links({ ...defaultConfig, ...config }, timers) }
}

/** With `a` greeted at 0. */
function linksToA(config: Partial<Config> = {}) {
  const made = links(config)
  made.links.handleConnected(a, 0)
  made.links.handleHello(a, hello)
  return made
}

function beatsIn(events: LinkEvent[]): Beat[] {
  return events.flatMap(event =>
    event.type === 'send' && event.message.type === 'beat' ? [event.message] : []
  )
}

/** Every beat that is due until then, and what came of them. */
function beatUntil({ links, timers }: ReturnType<typeof linksToA>, until: Millis): LinkEvent[] {
  const events: LinkEvent[] = []
  for (let next = timers.next(); next !== undefined && next <= until; next = timers.next()) {
    timers.takeDue(next)
    events.push(...links.handleTimeout(next))
  }
  return events
}

/** Messages that are sent, in capitals CLOSE, which is not yet `close`; and the other events. */
const types = (events: LinkEvent[]) =>
  events.map(event => {
    if (event.type !== 'send') return event.type
    return event.message.type === 'close' ? 'CLOSE' : event.message.type
  })

/** What `a` answers: it had the beat sent at `sentAt` and held it for `heldMs`. */
const answer = (sentAt: Millis, heldMs: Millis): Beat => ({
  type: 'beat',
  timeUs: 1,
  echo: { timeUs: sentAt * 1_000, delayUs: heldMs * 1_000 }
})

describe('A neighbour', () => {
  test('is greeted with HELLO and a beat', () => {
    expect(types(links().links.handleConnected(a, 0))).toEqual(['hello', 'beat'])
  })

  test('is up once its HELLO came', () => {
    const made = links()
    made.links.handleConnected(a, 0)
    expect(made.links.isUp(a)).toBe(false)
    expect(made.links.handleHello(a, hello)).toEqual([{ type: 'up', peer: a, server: false }])
    expect(made.links.isServer(a)).toBe(false)
    made.links.handleConnected(b, 0)
    made.links.handleHello(b, { ...hello, server: true })
    expect(made.links.isServer(b)).toBe(true)
    expect(made.links.isUp(a)).toBe(true)
  })

  test('is the only one while there is no other', () => {
    const made = links()
    made.links.handleConnected(a, 0)
    expect([a, b].map(peer => made.links.isOnly(peer))).toEqual([true, false])
    made.links.handleConnected(b, 0)
    expect([a, b].map(peer => made.links.isOnly(peer))).toEqual([false, false])
  })

  test('of another version is closed with version', () => {
    const made = links()
    made.links.handleConnected(a, 0)
    expect(made.links.handleHello(a, { ...hello, version: 2 })).toMatchObject([
      { type: 'send', message: { type: 'close', code: 'version' } },
      { type: 'close', code: 'version' }
    ])
    expect([...made.links.neighbours()]).toEqual([])
  })

  test('that greets twice is closed with unexpected, and is down', () => {
    const made = linksToA()
    expect(types(made.links.handleHello(a, hello))).toEqual(['CLOSE', 'close', 'down'])
  })

  test('that says CLOSE is closed without an answer, and is down for its reason', () => {
    const made = linksToA()
    const reason = 'closed by it: surplus'
    expect(made.links.handleClose(a, 'surplus')).toEqual([
      { type: 'close', peer: a, code: undefined, reason },
      { type: 'down', peer: a, reason }
    ])
    expect(made.links.handleClose(a, 'surplus')).toEqual([])
    made.links.handleConnected(b, 0)
    made.links.handleHello(b, hello)
    expect(made.links.handleClose(b, undefined)).toMatchObject([
      { type: 'close', reason: 'closed by it: a reason that this version does not know' },
      { type: 'down' }
    ])
  })

  test('that is refused hears HELLO, what it is to be told, and CLOSE', () => {
    const told = { type: 'send', peer: b, message: { type: 'peers', peers: [] } } as const
    const made = links()
    expect(made.links.refuse(b, [told], 'enough')).toMatchObject([
      { type: 'send', peer: b, message: { type: 'hello' } },
      told,
      { type: 'send', peer: b, message: { type: 'close', code: 'surplus' } },
      { type: 'close', peer: b, code: 'surplus', reason: 'enough' }
    ])
    expect([...made.links.neighbours()]).toEqual([])
  })

  test('that is silent for neighbourTimeoutMs is closed with timeout, greeted or not', () => {
    const made = linksToA({ neighbourTimeoutMs: 5_000 })
    made.links.handleConnected(b, 0)
    expect(types(beatUntil(made, 4_750))).not.toContain('close')
    expect(types(beatUntil(made, 5_000))).toEqual(['CLOSE', 'close', 'down', 'CLOSE', 'close'])
  })

  test('that was heard of lives for neighbourTimeoutMs more', () => {
    const made = linksToA({ neighbourTimeoutMs: 5_000 })
    beatUntil(made, 3_000)
    made.links.handleAny(a, 3_000)
    expect(types(beatUntil(made, 7_750))).not.toContain('close')
    expect(types(beatUntil(made, 8_000))).toEqual(['CLOSE', 'close', 'down'])
  })

  test('that is silent for suspectAfterMs is suspected, until it is heard again', () => {
    const made = linksToA({ suspectAfterMs: 625, beatIntervalMs: 250 })
    expect(types(beatUntil(made, 500))).toEqual(['beat', 'beat'])
    expect(beatUntil(made, 750)).toContainEqual({ type: 'suspect', peer: a, suspected: true })
    expect(types(beatUntil(made, 1_000))).toEqual(['beat'])
    expect(made.links.handleAny(a, 1_001)).toEqual([{ type: 'suspect', peer: a, suspected: false }])
    expect(made.links.handleAny(a, 1_002)).toEqual([])
  })

  test('is not blamed for the time that this node itself slept', () => {
    const made = linksToA({ suspectAfterMs: 625, neighbourTimeoutMs: 5_000, beatIntervalMs: 250 })
    expect(types(made.links.handleTimeout(60_000))).toEqual(['beat'])
    expect(types(made.links.handleTimeout(60_250))).toEqual(['beat'])
    expect(types(made.links.handleTimeout(60_500))).toEqual(['suspect', 'beat'])
  })

  test('whose connection is lost is down only if it was up', () => {
    const made = linksToA()
    made.links.handleConnected(b, 0)
    expect(types(made.links.handleDisconnected(a))).toEqual(['down'])
    expect(made.links.handleDisconnected(b)).toEqual([])
  })
})

describe('A beat', () => {
  test('goes to everyone each beatIntervalMs while there is anyone', () => {
    const made = linksToA({ beatIntervalMs: 250 })
    expect(made.timers.takeDue(249)).toEqual([])
    expect(made.timers.takeDue(250)).toEqual(['beat'])
    expect(beatsIn(made.links.handleTimeout(250))).toHaveLength(1)
    expect(made.timers.takeDue(500)).toEqual(['beat'])
    made.links.handleDisconnected(a)
    expect(made.links.handleTimeout(500)).toEqual([])
    expect(made.timers.next()).toBe(undefined)
  })

  test('is answered at once when it is the first, with the next round after that', () => {
    const made = linksToA()
    const first = made.links.handleBeat(a, { type: 'beat', timeUs: 77 }, 10)
    expect(beatsIn(first)).toEqual([{ type: 'beat', timeUs: 10_000, echo: { timeUs: 77, delayUs: 0 } }])
    expect(made.links.handleBeat(a, { type: 'beat', timeUs: 88 }, 20)).toEqual([])
    const next = made.links.handleTimeout(250)
    expect(beatsIn(next)).toEqual([{ type: 'beat', timeUs: 250_000, echo: { timeUs: 88, delayUs: 230_000 } }])
  })
})

describe('On a link where objects flow', () => {
  /** A link that is measured, beside which objects pass every 20 ms in the way that is given; returns when beats went. */
  function beatsBeside(
    pass: (links: Links, at: Millis) => void,
    from: Millis,
    until: Millis,
    made = settled()
  ) {
    const beats: Millis[] = []
    const events: LinkEvent[] = []
    for (let at = from; at < until; at += 10) {
      if (at % 20 === 10) pass(made.links, at)
      if (!made.timers.takeDue(at).includes('beat')) continue
      const of = made.links.handleTimeout(at)
      if (beatsIn(of).length > 0) beats.push(at)
      events.push(...of.filter(event => event.type === 'suspect'))
    }
    return { made, beats, events }
  }

  function settled() {
    const made = linksToA()
    for (const at of [40, 3_000]) made.links.handleBeat(a, answer(at - 40, 0), at)
    made.links.handleTimeout(3_000)
    made.links.handleAny(a, 3_000)
    return made
  }

  const sends = (to: Links, at: Millis) => to.noteObject([a], at)
  const children = [a]
  const sendsInARun = (to: Links, at: Millis) => {
    for (const earlierMs of [4, 2, 0]) to.noteObject(children, at - earlierMs)
  }
  const hears = (to: Links, at: Millis) => to.handleObject(a, at)

  test.each([
    ['sends', sends],
    ['sends runs of', sendsInARun],
    ['hears', hears]
  ])('who %s them beats once in flowBeatIntervalMs, and is back when they stop', (_, pass) => {
    const { made, beats } = beatsBeside(pass, 3_000, 6_000)
    expect(beats).toEqual([4_250, 5_500])
    const after = beatsBeside(() => {}, 6_000, 7_000, made)
    // The last object was 10 ms ago, then 260.
    expect(after.beats).toEqual([6_250, 6_500, 6_750])
  })

  test('who has begun to be full says so at once', () => {
    const { made } = beatsBeside(sends, 3_000, 4_000)
    made.links.isFull = true
    expect(beatsBeside(sends, 4_000, 5_000, made).beats).toEqual([4_000])
  })

  test('who is fed may be silent for two beats and a half of its own, and some time after the last object', () => {
    const { made, events } = beatsBeside(sends, 3_000, 5_250)
    expect(events).toEqual([])
    made.links.handleAny(a, 5_250)
    // No objects any more. Nobody can have seen that before they have come.
    expect(beatsBeside(() => {}, 5_250, 7_750, made).events).toEqual([])
    expect(beatsBeside(() => {}, 7_750, 8_000, made).events).toHaveLength(1)
  })

  test('who is fed and says nothing is suspected all the same', () => {
    const { events } = beatsBeside(sends, 3_000, 6_260)
    expect(events).toEqual([{ type: 'suspect', peer: a, suspected: true }])
  })

  test('who feeds is suspected after suspectAfterMs, as without objects', () => {
    const { made } = beatsBeside(hears, 3_000, 5_000)
    expect(beatsBeside(() => {}, 5_000, 5_500, made).events).toEqual([])
    expect(beatsBeside(() => {}, 5_500, 5_760, made).events).toHaveLength(1)
  })

  test('beats go on while the link is new, or its last sample was out of line', () => {
    const made = linksToA()
    made.links.handleBeat(a, answer(0, 0), 40)
    expect(beatsBeside(hears, 0, 2_000, made).beats).toHaveLength(7)
    made.links.handleBeat(a, answer(1_900, 0), 2_000)
    expect(beatsBeside(hears, 2_000, 3_000, made).beats).toHaveLength(4)
  })
})

describe('The cost of a link', () => {
  test('is that of initialRttMs until it is measured', () => {
    const made = linksToA({ initialRttMs: 100, linkBaseCostMs: 3 })
    expect(made.links.costUs(a)).toBe(53_000)
    expect(made.links.costUs(b)).toBe(undefined)
  })

  test('is half the round trip without what the other side held it, twice the jitter, and linkBaseCostMs', () => {
    const made = linksToA({ linkBaseCostMs: 3 })
    expect(types(made.links.handleBeat(a, answer(0, 200), 280))).toContain('cost')
    expect(made.links.costUs(a)).toBe((40 + 3) * 1_000)
    // Of two samples, 80 and 84 ms.
    made.links.handleBeat(a, answer(280, 0), 364)
    expect(made.links.costUs(a)).toBe((41 + 2 * 2 + 3) * 1_000)
  })

  test('is not measured by an echo of what was not sent on this connection, or from the future', () => {
    const made = links()
    made.links.handleConnected(a, 1_000)
    made.links.handleHello(a, hello)
    for (const echo of [
      answer(999, 0),
      answer(1_100, 0),
      answer(1_000, 51),
      answer(0, Number.MAX_SAFE_INTEGER)
    ]) {
      expect(types(made.links.handleBeat(a, echo, 1_050))).not.toContain('cost')
    }
    expect([...made.links.neighbours()][0]?.rtt).toBe(undefined)
  })
})
