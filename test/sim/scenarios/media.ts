/** What a publisher sends. */
import type { Millis } from '@hopcast/protocol'
import type { Run } from '../node.ts'
import type { Simulation } from '../simulation.ts'

export interface Media {
  readonly bitsPerSecond: number
  readonly everyMs: Millis
  /** Writes objects on the run's first track until its node is gone. */
  play(sim: Simulation, run: Run): void
}

/** Opus: a packet of 20 ms is an object. */
export function audio(bitsPerSecond: number): Media {
  const everyMs = 20
  const bytes = Math.round((bitsPerSecond * everyMs) / 8_000)
  return { bitsPerSecond, everyMs, play: (sim, run) => play(sim, run, everyMs, () => ({ bytes })) }
}

const framesPerSecond = 25
/** A key frame every two seconds. */
const group = 50
/** How many times as large as the others a key frame is. */
const keySize = 6

/** A frame is an object. */
export function video(bitsPerSecond: number): Media {
  const everyMs = 1_000 / framesPerSecond
  const bytes = (bitsPerSecond * group) / (8 * framesPerSecond) / (group - 1 + keySize)
  const frame = (seq: number) => {
    const key = seq % group === 0
    return { bytes: Math.round(key ? keySize * bytes : bytes), key, priority: key ? 1 : 2 }
  }
  return { bitsPerSecond, everyMs, play: (sim, run) => play(sim, run, everyMs, frame) }
}

type Frame = { bytes: number; key?: boolean; priority?: number }

function play(sim: Simulation, run: Run, everyMs: Millis, frame: (seq: number) => Frame, seq = 0): void {
  sim.after(everyMs, () => {
    if (!run.live) return
    sim.write(run, frame(seq))
    play(sim, run, everyMs, frame, seq + 1)
  })
}
