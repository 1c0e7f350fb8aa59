/** What hops add: relays in a line, with the machine at half of what it can do. */
import type { Benchmark } from '../benchmark.ts'
import type { Contestant } from '../contestants/contestant.ts'
import { copyTlsLine } from '../contestants/copy-loop.ts'
import { direct } from '../contestants/direct.ts'
import { hopcastLine } from '../contestants/hopcast.ts'
import type { Stage } from '../stage.ts'
import type { Load } from './load.ts'
import { inTurns } from './measure.ts'
import { ratioRow, targetRow } from './target-row.ts'
import type { Measurement } from './trial.ts'

const name = 'line-3'
const relays = 3
/** Voices. */
const load = {
  ...{ channels: 100, publishers: 4, subscribers: 4, takers: 1 },
  ...{ payloadBytes: 120, perSecond: 50 }
}
/** The least that three relays can be. */
const copies = copyTlsLine(`copy-line-${relays}`, relays)
/** Of the machine's processors, for relays, publishers and subscribers together. */
const share = 0.5

export const line: Benchmark = {
  name,
  about: `${relays} relays in a line, ${load.channels} channels: the delay that they add, at the rate at which all together take half of the machine`,
  peers: [copies.name, direct.name],
  async run(stage) {
    const runs: Run[] = []
    for (let run = 0; run < stage.runs; run++) runs.push(await once(stage, run))
    const row = { name, better: 'less', unit: 'ms' } as const
    return [
      targetRow({
        ...{ name, figure: 'objects at half load', unit: '/s', target: undefined, better: 'more' },
        values: runs.map(({ perSecond }) => perSecond)
      }),
      targetRow({
        ...{ ...row, figure: 'delay added, p50', target: undefined },
        values: runs.map(({ addedMs }) => addedMs.p50)
      }),
      targetRow({
        ...{ ...row, figure: 'delay added, p99', target: 3 },
        values: runs.map(({ addedMs }) => addedMs.p99)
      }),
      ...(['p50', 'p99'] as const).map(at =>
        ratioRow({
          ...{ name, figure: `delay added, ${at}`, peer: copies.name, unit: 'ms', goal: undefined },
          pairs: runs.map(({ addedMs, copiesAddMs }) => [addedMs[at], copiesAddMs[at]])
        })
      )
    ]
  }
}

interface Run {
  perSecond: number
  addedMs: Delay
  copiesAddMs: Delay
}

interface Delay {
  p50: number
  p99: number
}

/** One after the other: a process that has rested, and begins again, collects its garbage just then. */
async function once(stage: Stage, run: number): Promise<Run> {
  const inLine = hopcastLine(relays)
  const timed = async (contestant: Contestant, paced: Load) => {
    const perSecond = Math.round((paced.perSecond ?? 0) * paced.channels)
    const results = await inTurns(stage, [{ contestant, load: paced }], {
      say: text => stage.say(`${name}: run ${run + 1} of ${stage.runs}, ${perSecond} a second, ${text}`),
      fail: (_, error) => {
        throw error
      }
    })
    const { latencyMs, machineShare } = results.get(contestant.name) as Measurement
    if (latencyMs === undefined) throw new Error(`${contestant.name} was not timed`)
    return { latencyMs, machineShare }
  }
  const first = await timed(inLine, load)
  const perChannel = (load.perSecond * share) / first.machineShare
  const half = await timed(inLine, { ...load, perSecond: perChannel })
  const perSecond = perChannel * load.channels
  // The others have one channel.
  const one = { ...load, channels: 1, publishers: 1, subscribers: 1, perSecond }
  const copied = await timed(copies, one)
  const { latencyMs: without } = await timed(direct, one)
  const added = ({ latencyMs }: { latencyMs: Delay }) => ({
    p50: latencyMs.p50 - without.p50,
    p99: latencyMs.p99 - without.p99
  })
  return { perSecond, addedMs: added(half), copiesAddMs: added(copied) }
}
