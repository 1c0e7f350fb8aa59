/** Forgeries: what is not signed, is signed for something else, or was never a message (RFC 1, 5.1 and 10; RFC 2, 5 to 11). */
import { peerIdBytes } from '../../../packages/protocol/src/wire/id-bytes.ts'
import type { CloseCode } from '../../../packages/protocol/src/wire/messages.ts'
import { peerIdOf, type Reception } from '../../sim/node.ts'
import { signVersion } from '../../sim/signatures.ts'
import { line } from '../../sim/topologies.ts'
import { atMost, demand, equal } from '../demand.ts'
import { gapless, isFed, told } from '../listening.ts'
import type { Network } from '../network.ts'
import type { Scenario } from '../scenario.ts'
import type { Stranger } from '../stranger.ts'
import { integer, nested, varint } from '../wire-bytes.ts'

export const forgeries: readonly Scenario[] = [
  {
    name: 'signed-rows',
    demands:
      'rows keep the signature that their origin has given them, through every relay and every new version',
    given: { skewMs: 0 },
    run: network => {
      network.build(['s', 'a', 10], ['s', 'b', 20], ['a', 'b', 10], ['b', 'c', 10])
      const run = network.publish('s', 'news')
      const listener = network.subscribe('c', 'news')
      network.settle(3_000)
      for (let times = 0; times < 5; times++) {
        // Both ends ask for a newer version.
        network.cut('s', 'a')
        network.run(2_000)
        network.connect('s', 'a', { delayMs: 10 })
        network.run(5_000)
      }
      const rows = network
        .said('sync', 0)
        .flatMap(sync => sync.rows.filter(row => row.metricUs !== undefined))
      const versions = new Set(rows.map(({ epoch, seqno }) => `${epoch} ${seqno}`))
      demand(versions.size > 1, 'nobody has raised its seqno')
      equal('the epoch', [...new Set(rows.map(({ epoch }) => epoch))], [run.epoch])
      // Who says another signature is closed by the first who hears it.
      equal('closed links', network.counts.closes, 0)
      gapless(listener)
      equal('what c was told', told(listener), 'started')
    }
  },
  {
    name: 'forged-row',
    demands:
      'a row whose signature is another’s, or one of an older version, closes its sender and moves nobody',
    run: network => {
      const { x, listener } = withStranger(network)
      const origin = network.id('n0')
      const { epoch } = listener.objects[0]?.run ?? { epoch: 0 }
      const version = { origin, epoch, seqno: 0 }
      const signatures = [new Uint8Array(64), signVersion({ ...version, origin: network.id('x') })]
      for (const signature of [...signatures, signVersion(version)]) {
        network.connect('n1', 'x', { delayMs: 5 })
        network.run(100)
        network.claim('x', 'n1', origin, { epoch, seqno: 1, metricUs: 0, signature })
        expectClose(network, x, 'forged')
      }
      expectNothingElse(network, listener)
    }
  },
  {
    name: 'forged-announcement',
    demands:
      'an announcement that its publisher has not signed closes its sender, and is neither kept nor passed on',
    run: network => {
      const { x, listener } = withStranger(network)
      const [heard] = network.said('announce', 0, 'n0')
      demand(heard !== undefined, 'n0 has announced nothing')
      const { body, signature } = heard.announcement
      const since = network.now
      // As though the run had ended.
      const altered = Uint8Array.of(...body, ...integer(7, 1))
      network.inject('x', 'n1', { type: 'announce', announcement: { body: altered, signature } })
      network.run(100)
      // It is no newer than the one at hand, so nobody looks at it.
      equal('channels known to n1', network.channelsAt('n1'), ['news'])
      const newer = Uint8Array.of(...altered, ...integer(5, 9))
      network.inject('x', 'n1', { type: 'announce', announcement: { body: newer, signature } })
      expectClose(network, x, 'forged')
      equal('channels known to n1', network.channelsAt('n1'), ['news'])
      equal('announcements passed on', network.said('announce', since, 'n1').length, 0)
      expectNothingElse(network, listener)
    }
  },
  {
    name: 'replayed-row',
    demands:
      'an older version of a row is no way, however near it claims to be, though the origin has signed it',
    run: network => {
      network.add('n')
      const ear = network.addStranger('ear')
      for (const name of ['x', 'y']) network.addStranger(name)
      for (const name of ['x', 'y', 'ear']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      const origin = network.id('ear')
      network.claim('x', 'n', origin, { epoch: 7, seqno: 0, metricUs: 50_000 })
      network.claim('x', 'n', origin, { epoch: 7, seqno: 3, metricUs: 50_000 })
      network.run(500)
      const before = ear.heardOf('sync').length
      for (const version of [
        { epoch: 7, seqno: 2 },
        { epoch: 7, seqno: 0 },
        { epoch: 6, seqno: 99 }
      ]) {
        network.claim('y', 'n', origin, { ...version, metricUs: 0 })
        network.run(5_000)
        equal(`the next hop beside ${version.epoch}:${version.seqno}`, network.nextHop('n', origin), 'x')
      }
      equal('what n told meanwhile', ear.heardOf('sync').length, before)
      network.cut('n', 'x')
      network.run(5_000)
      equal('the next hop without the newer row', network.nextHop('n', origin), undefined)
    }
  },
  {
    name: 'proof-of-a-newer-version',
    demands:
      'an origin that says less than it said before is sent its own newer version, as a way for nobody',
    run: network => {
      network.add('n', 'other')
      const x = network.addStranger('x')
      network.connect('n', 'other', { delayMs: 5 })
      network.connect('n', 'x', { delayMs: 5 })
      network.run(500)
      network.claim('x', 'n', network.id('x'), { epoch: 9, seqno: 4, metricUs: 0 })
      network.run(500)
      network.connect('n', 'x', { delayMs: 5 })
      network.run(500)
      const since = network.now
      network.claim('x', 'n', network.id('x'), { epoch: 3, seqno: 0, metricUs: 0 })
      network.run(500)
      const syncs = x.heard.filter(({ at }) => at > since).map(({ message }) => message)
      const rows = syncs.flatMap(message => (message.type === 'sync' ? message.rows : []))
      const proof = rows.find(
        ({ origin, epoch, seqno }) => origin === network.id('x') && epoch === 9 && seqno === 4
      )
      demand(proof !== undefined, 'x was not told of its version 9:4')
      equal('its metric', proof.metricUs, 3_600_000_001)
      equal('the next hop of n', network.nextHop('n', network.id('x')), undefined)
      equal('the next hop of other', network.nextHop('other', network.id('x')), undefined)
      network.claim('x', 'n', network.id('x'), { epoch: 10, seqno: 0, metricUs: 0 })
      network.run(500)
      equal('the next hop of n', network.nextHop('n', network.id('x')), 'x')
    }
  },
  {
    name: 'malformed',
    demands:
      'bytes that are no message, and numbers outside of their ranges, close their sender and harm nobody',
    run: network => {
      const { x, listener } = withStranger(network)
      for (const [code, what, body] of badBodies(network)) {
        network.connect('n1', 'x', { delayMs: 5 })
        network.run(100)
        network.injectBytes('x', 'n1', Uint8Array.from(body))
        expectClose(network, x, code, what)
      }
      expectNothingElse(network, listener)
    }
  },
  {
    name: 'metric-not-a-number',
    demands:
      'a metric that is written as NaN, as a negative number or as text is none: the row is a retraction, and not the best way',
    run: network => {
      network.add('n')
      const [x] = [network.addStranger('x'), network.addStranger('y')]
      for (const name of ['x', 'y']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      for (const [what, metric] of notNumbers()) {
        const origin = peerIdOf(what)
        const version = { origin, epoch: 1, seqno: 0 }
        network.claim('x', 'n', origin, { ...version, metricUs: 10_000 })
        network.claim('y', 'n', origin, { ...version, metricUs: 40_000 })
        network.run(200)
        equal('the next hop before', network.nextHop('n', origin), 'x')
        const row = [...nested(1, peerIdBytes(origin)), ...integer(2, 1), ...metric]
        const body = nested(4, nested(1, [...row, ...nested(6, signVersion(version))]))
        network.injectBytes('x', 'n', Uint8Array.from(body))
        network.run(200)
        equal(`the next hop after ${what}`, network.nextHop('n', origin), 'y')
      }
      equal('what x was told', x.heardOf('close'), [])
      const told = network.rowsSaid(0)
      demand(
        told.every(({ metricUs }) => metricUs === undefined || (Number.isInteger(metricUs) && metricUs > 0)),
        'n tells of a way whose metric is no number'
      )
    }
  },
  {
    name: 'of-a-later-version',
    demands:
      'messages and fields that this version does not know are ignored, and what comes with them counts',
    run: network => {
      const { x, listener } = withStranger(network)
      const origin = network.id('x')
      const version = { origin, epoch: 1, seqno: 0 }
      const row = [
        ...nested(1, peerIdBytes(origin)),
        ...integer(2, 1),
        ...integer(4, 0),
        ...nested(6, signVersion(version))
      ]
      const unknown = [...integer(900, 7), ...nested(901, [1, 2, 3]), ...varint((902 << 3) | 5), 1, 2, 3, 4]
      const bodies = [
        [],
        unknown,
        nested(20, []),
        nested(1_999, nested(1, unknown)),
        [...nested(4, [...nested(1, [...row, ...unknown]), ...unknown]), ...unknown]
      ]
      for (const body of bodies) network.injectBytes('x', 'n1', Uint8Array.from(body))
      network.run(200)
      equal('what x was told', x.heardOf('close'), [])
      equal('the neighbours of n1', network.neighboursOf('n1').includes('x'), true)
      equal('the next hop of a row with unknown fields', network.nextHop('n1', origin), 'x')
      expectNothingElse(network, listener)
    }
  }
]

/** n2 listens to n0 by way of n1, whose third neighbour is x. */
function withStranger(network: Network): { x: Stranger; listener: Reception } {
  line(network, 3, 5)
  const x = network.addStranger('x')
  network.connect('n1', 'x', { delayMs: 5 })
  network.publish('n0', 'news')
  const listener = network.subscribe('n2', 'news')
  network.run(2_000)
  return { x, listener }
}

function expectClose(network: Network, x: Stranger, code: CloseCode, what = 'x'): void {
  network.run(100)
  equal(`the code for ${what}`, x.heardOf('close').splice(-1)[0]?.code, code)
  demand(!network.neighboursOf('n1').includes('x'), `${what}: x is still a neighbour`)
  x.heard.length = 0
}

function expectNothingElse(network: Network, listener: Reception): void {
  network.run(1_000)
  equal('the way', network.way('n2', 'n0'), 'n2 n1 n0')
  gapless(listener)
  demand(isFed(listener), 'n2 is not fed')
  equal('what n2 was told', told(listener), 'started')
  atMost('neighbours of n1', network.neighboursOf('n1').length, 3)
}

/** Metrics as other types of the wire have them. */
function notNumbers(): [string, number[]][] {
  const metric = 4
  const double = (value: number): number[] => [...new Uint8Array(new Float64Array([value]).buffer)]
  const float = (value: number): number[] => [...new Uint8Array(new Float32Array([value]).buffer)]
  return [
    ['NaN as a double', [(metric << 3) | 1, ...double(Number.NaN)]],
    ['−1 as a double', [(metric << 3) | 1, ...double(-1)]],
    ['−∞ as a double', [(metric << 3) | 1, ...double(Number.NEGATIVE_INFINITY)]],
    ['NaN as a float', [(metric << 3) | 5, ...float(Number.NaN)]],
    ['−0 as a float', [(metric << 3) | 5, ...float(-0)]],
    ['−1 as text', nested(metric, new TextEncoder().encode('-1'))]
  ]
}

/** Each with the code that it has to be answered by. */
function badBodies(network: Network): [CloseCode, string, number[]][] {
  const origin = nested(1, peerIdBytes(network.id('n0')))
  const signature = nested(6, new Uint8Array(64))
  const sync = (...fields: number[][]): number[] =>
    nested(4, nested(1, [...origin, ...fields.flat(), ...signature]))
  const past = 2n ** 53n
  return [
    ['malformed', 'bytes without a meaning', [255, 255, 255]],
    ['malformed', 'a message that is cut off', nested(4, nested(1, origin)).slice(0, -3)],
    ['malformed', 'a metric of −1', sync(integer(4, 2n ** 64n - 1n))],
    ['malformed', 'a metric of 2^53', sync(integer(4, past))],
    ['malformed', 'an epoch of 2^53', sync(integer(2, past), integer(4, 1))],
    ['malformed', 'a seqno of 2^63', sync(integer(3, 2n ** 63n), integer(4, 1))],
    ['malformed', '256 hops', sync(integer(4, 1), integer(5, 256))],
    ['malformed', 'a row without a signature', nested(4, nested(1, [...origin, ...integer(4, 1)]))],
    ['malformed', 'a row of nobody', nested(4, nested(1, [...integer(4, 1), ...signature]))],
    [
      'malformed',
      'a signature of 63 bytes',
      nested(4, nested(1, [...origin, ...integer(4, 1), ...nested(6, new Uint8Array(63))]))
    ],
    ['too-large', '401 rows', nested(4, new Array(401).fill(nested(1, origin)).flat())],
    ['too-large', '9,000 fields', new Array(9_000).fill(integer(900, 1)).flat()],
    ['malformed', 'a group', [((900 << 3) % 128) | 128 | 3, 900 >> 4]],
    ['malformed', 'a stream id of 15 bytes', nested(9, nested(1, new Uint8Array(15)))],
    ['malformed', 'sums that are too few', nested(17, nested(1, new Uint8Array(60)))]
  ]
}
