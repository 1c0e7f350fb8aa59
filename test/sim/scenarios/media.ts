/** What a publisher sends. */
import type { Millis, TrackRate } from '@hopcast/protocol'
import type { Run, SimNode } from '../node.ts'
import type { Simulation, WriteOptions } from '../simulation.ts'

export interface Media {
  /** The node publishes on the channel from now on, until it is gone. */
  publish(sim: Simulation, node: SimNode, channel: string): void
}

/** Opus: a packet of 20 ms is an object. */
export function audio(bitsPerSecond: number): Media {
  const everyMs = 20
  const bytes = Math.round((bitsPerSecond * everyMs) / 8_000)
  const rate = { bitsPerSecond, objectsPerSecond: 1_000 / everyMs }
  return {
    publish: (sim, node, channel) => play(sim, begin(sim, node, channel, rate), everyMs, () => [{ bytes }])
  }
}

const framesPerSecond = 25
/** A key frame every two seconds. */
const group = 50
/** How many times as large as the others a key frame is. */
const keySize = 6
/** What the encoder's rate control promises for any 200 ms: a key frame and four others. */
const burstFrames = keySize + 4
/** A larger frame is cut into objects of that many bytes at most (RFC 3, section "Reserved: video"). */
const pieceBytesMax = 8_192

export function video(bitsPerSecond: number): Media {
  const everyMs = 1_000 / framesPerSecond
  const bytes = (bitsPerSecond * group) / (8 * framesPerSecond) / (group - 1 + keySize)
  const objectsPerSecond = framesPerSecond + Math.ceil((keySize * bytes) / pieceBytesMax) / 2
  const rate = { bitsPerSecond, objectsPerSecond, burstBytes: burstFrames * bytes }
  const frame = (n: number) => {
    const isKey = n % group === 0
    return pieces(Math.round(isKey ? keySize * bytes : bytes), isKey)
  }
  return {
    publish: (sim, node, channel) => play(sim, begin(sim, node, channel, rate), everyMs, frame)
  }
}

function pieces(bytes: number, isKey: boolean): WriteOptions[] {
  const count = Math.ceil(bytes / pieceBytesMax)
  const sizes = Array.from({ length: count }, (_, i) => {
    return Math.floor(((i + 1) * bytes) / count) - Math.floor((i * bytes) / count)
  })
  return sizes.map((size, i) => ({ bytes: size, key: isKey && i === 0, priority: isKey ? 1 : 2 }))
}

function begin(sim: Simulation, { name }: SimNode, channel: string, rate: TrackRate): Run {
  return sim.publish(name, channel, { everyMs: 0, rates: new Map([[0, rate]]) })
}

/** Writes the objects of the nth frame, and of those after it, until the node is gone. */
function play(
  sim: Simulation,
  run: Run,
  everyMs: Millis,
  frame: (n: number) => readonly WriteOptions[],
  n = 0
): void {
  sim.after(everyMs, () => {
    if (!run.live) return
    for (const object of frame(n)) sim.write(run, object)
    play(sim, run, everyMs, frame, n + 1)
  })
}
