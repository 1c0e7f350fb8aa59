/** Benchmarks that put the same load on our relay and on others, in turns. */
import type { Benchmark, Goal, Limit, Row } from '../benchmark.ts'
import type { Contestant } from '../contestants/contestant.ts'
import { direct } from '../contestants/direct.ts'
import { hopcast, hopcastIn } from '../contestants/hopcast.ts'
import { layerTable } from '../report.ts'
import type { Stage } from '../stage.ts'
import { median, spread } from '../statistics.ts'
import type { Load } from './load.ts'
import { inTurns } from './measure.ts'
import { type Measurement, stolenMax } from './trial.ts'

export interface Peer {
  contestant: Contestant
  /** What our ratio to it should be, at most. */
  goals: { cpu?: number; p50?: number; p99?: number }
}

interface Figure {
  name: string
  unit: string
  goal: 'cpu' | 'p50' | 'p99'
  /** Of a contestant in one run, in which the way without a relay was `direct`. */
  of: (measured: Measurement, direct: Measurement | undefined) => number | undefined
}

/** Differences below are the clock's and the scheduler's. */
const addedMinMs = 0.01
/** Less than this is said. */
const deliveredMin = 0.98

const cpu: Figure = { name: 'CPU per delivery', unit: 'µs', goal: 'cpu', of: ({ cpuUs }) => cpuUs }

export function relaying(benchmark: {
  name: string
  about: string
  load: Load
  peers: readonly Peer[]
}): Benchmark {
  const { name, about, load } = benchmark
  // The direct way has one channel, and a flood's delays say nothing.
  const isTimed = load.perSecond !== undefined && load.channels === 1
  const figures = isTimed ? [cpu, addedDelay('p50'), addedDelay('p99')] : [cpu]
  return {
    name,
    about,
    peers: benchmark.peers.map(({ contestant }) => contestant.name),
    takesCheckout: true,
    async run(stage) {
      const peers = benchmark.peers.filter(
        ({ contestant }) => stage.beside?.includes(contestant.name) ?? true
      )
      if (stage.against !== undefined) peers.push({ contestant: hopcastIn(stage.against), goals: {} })
      const contestants = [
        hopcast,
        ...peers.map(({ contestant }) => contestant),
        ...(isTimed ? [direct] : [])
      ]
      const runs = await measureAll(stage, name, contestants, load)
      return figures.flatMap(figure => peers.map(peer => row(name, figure, peer, runs)))
    }
  }
}

/** How much longer a message takes than on the direct way, in the same run. */
function addedDelay(share: 'p50' | 'p99'): Figure {
  return {
    name: `delay added, ${share}`,
    unit: 'ms',
    goal: share,
    of: ({ latencyMs }, without) => {
      if (latencyMs === undefined || without?.latencyMs === undefined) return undefined
      return Math.max(addedMinMs, latencyMs[share] - without.latencyMs[share])
    }
  }
}

interface Runs {
  measured: Map<string, Measurement>[]
  /** Why a contestant was left out. */
  failures: Map<string, string>
}

async function measureAll(
  stage: Stage,
  name: string,
  contestants: readonly Contestant[],
  load: Load
): Promise<Runs> {
  const failures = new Map<string, string>()
  for (const contestant of contestants) {
    const missing = contestant.missing()
    if (missing !== undefined) failures.set(contestant.name, missing)
  }
  const measured: Runs['measured'] = []
  for (let run = 0; run < stage.runs; run++) {
    const ordered = run % 2 === 0 ? contestants : contestants.toReversed()
    const entries = ordered
      .filter(contestant => !failures.has(contestant.name))
      .map(contestant => ({ contestant, load: contestant === direct ? toOne(load) : load }))
    const results = await inTurns(stage, entries, {
      say: text => stage.say(`${name}: run ${run + 1} of ${stage.runs}, ${text}`),
      fail: (contestant, error) => failures.set(contestant, `${contestant}: ${error.message}`)
    })
    for (const [contestant, { layers, cpuUs = 0 }] of results) {
      if (layers !== undefined) stage.say(`${contestant}\n${layerTable(layers, cpuUs)}`)
    }
    measured.push(results)
  }
  return { measured, failures }
}

/** Whoever sends to several does what a relay does. */
function toOne(load: Load): Load {
  return { ...load, subscribers: 1, takers: 1 }
}

function row(name: string, figure: Figure, { contestant, goals }: Peer, { measured, failures }: Runs): Row {
  const valuesOf = (who: string) =>
    measured.map(results => {
      const one = results.get(who)
      return one && figure.of(one, results.get(direct.name))
    })
  const ours = valuesOf(hopcast.name)
  const theirs = valuesOf(contestant.name)
  const ratios = ours.flatMap((own, i) => {
    const other = theirs[i]
    return own === undefined || other === undefined ? [] : [own / other]
  })
  const goal = goals[figure.goal]
  return {
    name,
    figure: figure.name,
    peer: contestant.name,
    ours: middle(ours),
    theirs: middle(theirs),
    ratio: middle(ratios),
    unit: figure.unit,
    runs: ratios.length,
    spread: ratios.length === 0 ? undefined : spread(ratios),
    goal: goal === undefined ? undefined : ({ atMost: goal } satisfies Goal),
    limit: limits(measured, contestant.name),
    note: noteOf(figure.goal === 'cpu' ? [] : [direct.name], contestant.name, measured, failures)
  }
}

function middle(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter(value => value !== undefined)
  return known.length === 0 ? undefined : median(known)
}

/** Of each the run that is the least to be trusted: one is enough to doubt a row. */
function limits(measured: Runs['measured'], peer: string): Row['limit'] {
  const worst = (who: string): Limit | undefined => {
    const all = measured.flatMap(results => results.get(who)?.limit ?? [])
    return all.find(({ by }) => by === 'load' || by === 'machine') ?? all[0]
  }
  const ours = worst(hopcast.name)
  const theirs = worst(peer)
  return ours === undefined || theirs === undefined ? undefined : { ours, theirs }
}

/** @param needed whose failure says why there is no figure, besides ours and the peer's */
function noteOf(
  needed: readonly string[],
  peer: string,
  measured: Runs['measured'],
  failures: Runs['failures']
): string | undefined {
  const notes = [hopcast.name, peer, ...needed].flatMap(who => {
    const failure = failures.get(who)
    if (failure !== undefined) return [failure]
    const delivered = middle(measured.map(results => results.get(who)?.delivered))
    return delivered !== undefined && delivered < deliveredMin
      ? [`${who} delivered ${(100 * delivered).toFixed(0)} %`]
      : []
  })
  const stolen = Math.max(
    ...measured.flatMap(results => Array.from(results.values(), one => one.stolenShare))
  )
  if (stolen > stolenMax)
    notes.push(`in one run the host took ${(100 * stolen).toFixed(0)} % of the processors for others`)
  return notes.length === 0 ? undefined : notes.join('; ')
}
