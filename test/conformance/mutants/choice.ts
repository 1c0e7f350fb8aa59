/** Mutants of the choice of ways, and of what is asked for when there is none. */
import type { Input, Output, PeerId } from '@hopcast/protocol'
import type { Mutant } from '../mutant.ts'
import {
  configured,
  hearingRows,
  isMessage,
  not,
  passingOnRows,
  rows,
  sends,
  type Twist,
  twisted,
  unforgiving,
  withoutFeasibility
} from '../twists.ts'

export const choice: readonly Mutant[] = [
  {
    does: 'takes each link to be as long as any other',
    caughtBy: 'nearly-shortest-ways',
    saying: 'stretch',
    createOverlay: twisted(() => ({ hears: withoutEcho }))
  },
  {
    does: 'follows whatever it measures at once',
    caughtBy: 'diamond-equal-costs',
    saying: 'changes of the way',
    createOverlay: configured({
      costChangeMin: 0,
      costChangeMinMs: 0,
      costHoldMs: 0,
      costHoldLongestMs: 0,
      switchGainMin: 0,
      switchHoldMs: 0
    })
  },
  {
    does: 'takes the greater peer id among equals',
    caughtBy: 'equal-choice',
    saying: 'the next hop of n',
    createOverlay: twisted(preferringGreaterIds)
  },
  {
    does: 'takes a link without delay for one without a cost',
    caughtBy: 'ring-zero-rtt',
    saying: 'a routing loop',
    createOverlay: rows(row => [
      row.metricUs ? { ...row, metricUs: Math.max(0, row.metricUs - 3_000 * row.hops) } : row
    ])
  },
  {
    does: 'never moves for a little',
    caughtBy: 'drift-to-the-best',
    saying: 'n moves to y',
    createOverlay: configured({ driftGainMin: 1 })
  },
  {
    does: 'tells of every way that it hears of',
    caughtBy: 'hysteresis-versus-advert',
    saying: 'what n told',
    createOverlay: twisted(() =>
      passingOnRows(({ origin }, from, core) => core.route(origin)?.nextHop !== from)
    )
  },
  {
    does: 'asks for a newer seqno only where it has no way at all',
    caughtBy: 'worse-way-is-left',
    saying: 'a goes over b',
    createOverlay: twisted(() => ({
      says: (outputs, input, core) =>
        outputs.filter(output => {
          if (output.type !== 'send' || output.message.type !== 'seqno-req') return true
          return isMessage(input, 'seqno-req') || core.route(output.message.origin) === undefined
        })
    }))
  },
  {
    does: 'asks for a newer seqno when its timer comes',
    caughtBy: 'babel-starvation-triangle',
    saying: 'a goes over b',
    createOverlay: twisted(() => ({
      says: (outputs, input) =>
        input.type === 'timeout' || isMessage(input, 'seqno-req')
          ? outputs
          : outputs.filter(not(sends('seqno-req')))
    }))
  },
  {
    does: 'takes a way that a neighbour has from itself',
    caughtBy: 'only-way-through-the-neighbour',
    saying: 'a routing loop to s: a → b → a',
    createOverlay: twisted(withoutFeasibility)
  },
  {
    does: 'takes no neighbour back that it has lost',
    caughtBy: 'relay-forgot-its-past',
    saying: 'the old way is back',
    createOverlay: twisted(unforgiving)
  },
  {
    does: 'takes whatever way its neighbours claim',
    caughtBy: 'any-life',
    saying: 'a routing loop',
    createOverlay: twisted(withoutFeasibility)
  },
  {
    does: 'passes on rows about itself like any others',
    caughtBy: 'claims-about-oneself',
    saying: 'rows of n0 with that epoch',
    createOverlay: twisted(() => passingOnRows(({ origin }, _, { self }) => origin === self))
  },
  {
    does: 'tells of the way to a publisher with each of its channels',
    caughtBy: 'one-row-per-publisher',
    saying: 'rows told by n1',
    createOverlay: twisted(tellingWithEachChannel)
  },
  {
    does: 'announces its runs anew each few seconds',
    caughtBy: 'quiet-at-rest',
    saying: 'announces',
    createOverlay: configured({ announceIntervalMs: 10_000 })
  }
]

/** It measures nothing. */
function withoutEcho(input: Input): Input {
  if (!isMessage(input, 'beat')) return input
  const { echo: _, ...message } = input.message
  return { ...input, message }
}

/** The more neighbours have a greater id, the further off one seems to be. */
function preferringGreaterIds(): Twist {
  const peers = new Set<PeerId>()
  return {
    hears: input => {
      if (input.type === 'connected') peers.add(input.peer)
      return hearingRows(input, (rows, from) => {
        const greater = [...peers].filter(peer => peer > from).length
        return rows.map(row => (row.metricUs ? { ...row, metricUs: row.metricUs + greater } : row))
      })
    }
  }
}

function tellingWithEachChannel(): Twist {
  let told: Output[] = []
  return {
    says: (outputs, input) => {
      if (outputs.some(sends('sync'))) told = outputs.filter(sends('sync'))
      return input.type === 'announcement' ? [...outputs, ...told] : outputs
    }
  }
}
