/** Queues: what gives way where a link carries less than there is to send (RFC 1, section 8.2). */
import type { Reception, Run } from '../../sim/node.ts'
import { Access } from '../../sim/underlay/access.ts'
import { atLeast, atMost, demand, equal } from '../demand.ts'
import { told } from '../listening.ts'
import type { Network } from '../network.ts'
import type { Scenario } from '../scenario.ts'

const [voice, video] = [0, 1]
const seconds = 20
const groupObjects = 25
const uplinkKbps = 5_000
const linkMs = 5
/** Video that came later than this, on the quickest way that there was, is not sent any more. */
const videoTtlMs = 150
/** What the transport may have taken before: `sendMax`. No queue gets it back. */
const sendMaxMs = 65_536 / (uplinkKbps / 8)
/** Skew, the other link, and what an uplink takes for one object. */
const spareMs = 15

export const queues: readonly Scenario[] = [
  {
    name: 'audio-under-pressure',
    demands:
      'where voice and video share an uplink that is too small, video gives way, from some object to the end of its group',
    run: network => {
      network.add('p', 'c', 'd')
      network.addNode('r', { access: new Access({ uplinkKbps, lastMileMs: 0 }) })
      network.build(['p', 'r', linkMs], ['r', 'c', linkMs], ['c', 'd', linkMs])
      const run = network.publish('p', 'meeting', { everyMs: 0, tracks: [voice, video] })
      const listeners = ['c', 'd'].map(name => network.subscribe(name, 'meeting', [voice, video]))
      network.run(1_000)
      speakAndShow(network, run)
      for (const listener of listeners) {
        allInTime(listener, listener.node.name === 'c' ? 2 * linkMs : 3 * linkMs)
        beginningsOfGroups(listener)
        equal(`what ${listener} was told`, told(listener), 'started')
      }
      equal('the parent of c', network.parent('c', run), 'r')
    }
  }
]

/** Voice of 64 kbit/s, and video of 8 Mbit/s: two thirds more than the uplink carries. */
function speakAndShow(network: Network, run: Run): void {
  for (let i = 0; i < 50 * seconds; i++) {
    network.after(20 * i, () => network.write(run, { track: voice, bytes: 160, ttlMs: 200 }))
  }
  for (let i = 0; i < groupObjects * seconds; i++) {
    const key = i % groupObjects === 0
    const object = { track: video, bytes: key ? 60_000 : 40_000, key, priority: 100, ttlMs: videoTtlMs }
    network.after((1_000 / groupObjects) * i, () => network.write(run, object))
  }
  network.run(1_000 * seconds + 1_000)
}

/** All of the voice came, in order, and waited for what was being sent and for nothing else. */
function allInTime(listener: Reception, wayMs: number): void {
  const objects = listener.objects.filter(({ track }) => track === voice)
  equal(`${listener}: objects of voice`, objects.length, 50 * seconds)
  demand(
    objects.every(({ seq }, i) => seq === i),
    `${listener}: voice out of order`
  )
  const latest = Math.max(...objects.map(({ delayMs }) => delayMs))
  atMost(`${listener}: the latest voice, in ms`, latest, wayMs + sendMaxMs + spareMs)
}

/** Of each group of the video some objects from its first one on came, in time; of nearly every one the first did. */
function beginningsOfGroups(listener: Reception): void {
  const objects = listener.objects.filter(({ track }) => track === video)
  for (const [i, { seq }] of objects.entries()) {
    const before = objects[i - 1]?.seq
    if (seq % groupObjects === 0 || before === seq - 1) continue
    throw new Error(`${listener}: object ${seq} of the video follows ${before}, and cannot be decoded`)
  }
  const latest = Math.max(...objects.map(({ delayMs }) => delayMs))
  const keyMs = 60_000 / (uplinkKbps / 8)
  atMost(
    `${listener}: the latest video, in ms`,
    latest,
    3 * linkMs + videoTtlMs + sendMaxMs + keyMs + spareMs
  )
  const keys = objects.filter(({ seq }) => seq % groupObjects === 0)
  atLeast(`${listener}: groups of the video`, keys.length, seconds - 2)
  demand(objects.length < groupObjects * seconds, `${listener}: nothing gave way`)
}
