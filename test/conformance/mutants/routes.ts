/** Mutants of ways, and of what is told of them. */
import { type Input, type Output, Overlay, type PeerId } from '@hopcast/protocol'
import { bucketOf } from '../../../packages/protocol/src/digest.ts'
import { isNewer, type Version } from '../../../packages/protocol/src/version.ts'
import type { SyncRow } from '../../../packages/protocol/src/wire/messages.ts'
import type { Mutant } from '../mutant.ts'
import {
  configured,
  deafTo,
  hearingRows,
  isMessage,
  not,
  repeatingQuestions,
  rows,
  sends,
  silentOn,
  type Twist,
  twisted,
  withoutFeasibility
} from '../twists.ts'

export const routes: readonly Mutant[] = [
  {
    does: 'takes ways that may lead back to itself',
    caughtBy: 'count-to-infinity-clique',
    saying: 'a routing loop',
    createOverlay: twisted(withoutFeasibility)
  },
  {
    does: 'never asks a publisher for a newer seqno on behalf of others',
    caughtBy: 'starvation-further-on',
    saying: 'a goes round',
    createOverlay: twisted(() => ({ hears: input => (isMessage(input, 'seqno-req') ? undefined : input) }))
  },
  {
    does: 'passes on every question, however often',
    caughtBy: 'the-same-question',
    saying: 'questions passed on',
    createOverlay: twisted(repeatingQuestions)
  },
  {
    does: 'does not say that a way is lost',
    caughtBy: 'row-disappears',
    saying: 'n4 knows',
    createOverlay: rows(row => (row.metricUs === undefined ? [] : [row]))
  },
  {
    does: 'claims to be nearer than it is',
    caughtBy: 'metric-adds-up',
    saying: 'the metric of n2',
    createOverlay: rows(row => [row.metricUs ? { ...row, metricUs: Math.ceil(row.metricUs / 2) } : row])
  },
  {
    does: 'takes a row without a metric for the nearest way',
    caughtBy: 'metric-not-a-number',
    saying: 'the next hop after',
    createOverlay: twisted(() => ({ hears: nearestWithoutMetric }))
  },
  {
    does: 'does not count hops',
    caughtBy: 'metric-adds-up',
    saying: 'the hops of n2',
    createOverlay: rows(row => [{ ...row, hops: 0 }])
  },
  {
    does: 'tells a new neighbour only what changes later',
    caughtBy: 'new-neighbour-hears-all',
    saying: 'the ways',
    createOverlay: twisted(() => ({
      says: (outputs, input) => (isMessage(input, 'hello') ? outputs.filter(not(sends('sync'))) : outputs)
    }))
  },
  {
    does: 'moves for any gain',
    caughtBy: 'hysteresis',
    saying: 'the way',
    createOverlay: configured({ switchGainMin: 0 })
  },
  {
    does: 'moves at once',
    caughtBy: 'hysteresis-in-time',
    saying: 'the next hop of n',
    createOverlay: configured({ switchHoldMs: 0 })
  },
  {
    does: 'knows no longest way',
    caughtBy: 'hops-have-an-end',
    saying: 'the hops of n1 to n6',
    createOverlay: configured({ hopsMax: 64 })
  },
  {
    does: 'takes a metric of any size',
    caughtBy: 'metric-overflow',
    saying: 'metric',
    createOverlay: configured({ metricMaxUs: Number.MAX_SAFE_INTEGER })
  },
  {
    does: 'raises its seqno as often as it is asked to',
    caughtBy: 'seqno-storm',
    saying: 'messages with rows',
    createOverlay: configured({ seqnoRaiseRate: { burst: 1_000, perSecond: 1_000 } })
  },
  {
    does: 'draws lots',
    caughtBy: 'same-inputs-same-run',
    saying: 'the second run',
    createOverlay: options => new Overlay({ ...options, rng: Math.random })
  },
  {
    does: 'takes every row for the newest',
    caughtBy: 'replayed-row',
    saying: 'the next hop beside',
    createOverlay: twisted(agelessRows)
  },
  {
    does: 'signs what it passes on in another’s name',
    caughtBy: 'signed-rows',
    saying: 'closed links',
    createOverlay: twisted(keepingTheFirstSignature)
  },
  {
    does: 'does not prove to an origin that it has been here before',
    caughtBy: 'proof-of-a-newer-version',
    saying: 'was not told of its version',
    createOverlay: rows(row => (row.metricUs === 3_600_000_001 ? [] : [row]))
  },
  {
    does: 'sends no digests',
    caughtBy: 'lost-row',
    saying: 'n2 has a way',
    createOverlay: silentOn('digest')
  },
  {
    does: 'asks for nothing, whatever a digest says',
    caughtBy: 'lost-retraction',
    saying: 'n2 has no way',
    createOverlay: silentOn('resync')
  },
  {
    does: 'asks for everything where something differs',
    caughtBy: 'only-what-differs',
    saying: 'RESYNCs',
    createOverlay: twisted(() => ({ says: outputs => outputs.map(askingForAll) }))
  },
  {
    does: 'sums up what it means, and not what it says',
    caughtBy: 'digests-agree',
    saying: 'RESYNCs',
    createOverlay: rows(row => [row.metricUs ? { ...row, metricUs: row.metricUs + 1 } : row])
  },
  {
    does: 'takes whatever a neighbour says of a bucket for all of it',
    caughtBy: 'bucket-nobody-asked-for',
    saying: 'the next hop that was there',
    createOverlay: twisted(believingInBuckets)
  },
  {
    does: 'takes no notice of metrics that come without their rows',
    caughtBy: 'metrics-by-number',
    saying: 'what was gained: 0',
    createOverlay: deafTo('metrics')
  },
  {
    does: 'answers every RESYNC',
    caughtBy: 'resync-without-digest',
    saying: 'messages with rows',
    createOverlay: twisted(repeatingAnswers)
  },
  {
    does: 'gives its room to whoever comes first',
    caughtBy: 'row-bomb-leaves-room',
    saying: 'publishers without a way',
    createOverlay: twisted(() => ({ hears: (input, core) => withoutNews(input, core, 100) }))
  },
  {
    does: 'listens to rows about any number of publishers',
    caughtBy: 'too-many-origins',
    saying: 'the code past the quota',
    createOverlay: configured({ originsPerNeighbourMax: 100_000 })
  },
  {
    does: 'listens to rows however fast they come',
    caughtBy: 'rows-too-fast',
    saying: 'rows that n told',
    createOverlay: configured({ rowsRate: { burst: 1e6, perSecond: 1e6 } })
  },
  {
    does: 'passes on questions however fast they come',
    caughtBy: 'questions-too-fast',
    saying: 'questions of x',
    createOverlay: configured({ seqnoRequestsRate: { burst: 1e6, perSecond: 1e6 } })
  }
]

/** A version that is older than what was heard counts as that. */
function agelessRows(): Twist {
  const newest = new Map<PeerId, Version>()
  const aged = (row: SyncRow): SyncRow => {
    const known = newest.get(row.origin)
    const { epoch, seqno } = known === undefined || isNewer(row, known) ? row : known
    newest.set(row.origin, { epoch, seqno })
    return { ...row, epoch, seqno }
  }
  return { hears: input => hearingRows(input, rows => rows.map(aged)) }
}

function keepingTheFirstSignature(): Twist {
  const first = new Map<PeerId, Uint8Array>()
  const resigned = (row: SyncRow): SyncRow => {
    if (row.signature === undefined) return row
    const signature = first.get(row.origin) ?? row.signature
    first.set(row.origin, signature)
    return { ...row, signature }
  }
  const changed = (output: Output): Output => {
    if (output.type !== 'send' || output.message.type !== 'sync') return output
    return { ...output, message: { ...output.message, rows: output.message.rows.map(resigned) } }
  }
  return { says: outputs => outputs.map(changed) }
}

function askingForAll(output: Output): Output {
  if (output.type !== 'send' || output.message.type !== 'resync') return output
  return { ...output, message: { ...output.message, routes: 0xffff } }
}

/** What a SYNC with a bucket does not list is gone, asked for or not. */
function believingInBuckets(): Twist {
  const told = new Map<PeerId, SyncRow>()
  const hears = (input: Input): Input => {
    if (!isMessage(input, 'sync')) return input
    const { bucket } = input.message
    return hearingRows(input, rows => {
      const listed = new Set(rows.map(({ origin }) => origin))
      const gone = [...told.values()].filter(
        row => bucketOf(row.origin) === bucket && !listed.has(row.origin)
      )
      for (const row of rows) told.set(row.origin, row)
      return [...gone.map(row => ({ ...row, metricUs: undefined })), ...rows]
    })
  }
  return { hears }
}

function repeatingAnswers(): Twist {
  let answers: Output[] = []
  return {
    says: (outputs, input) => {
      if (!isMessage(input, 'resync')) return outputs
      if (outputs.some(sends('sync'))) answers = outputs.filter(sends('sync'))
      return outputs.some(sends('sync')) ? outputs : [...outputs, ...answers]
    }
  }
}

/** With so many ways a node hears of no more. */
function withoutNews(input: Input, core: Overlay, max: number): Input {
  if ([...core.routes()].length < max) return input
  return hearingRows(input, rows => rows.filter(({ origin }) => core.route(origin) !== undefined))
}

function nearestWithoutMetric(input: Input): Input {
  if (!isMessage(input, 'sync')) return input
  const nearest = input.message.rows.map(row => ({ ...row, metricUs: row.metricUs ?? 0 }))
  return { ...input, message: { ...input.message, rows: nearest } }
}
