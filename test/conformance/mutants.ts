/** Cores that are broken on purpose, each in one way, to see that the scenarios notice. */
import { Overlay } from '@hopcast/protocol'
import type { CreateOverlay } from './tested-core.ts'
import {
  adopted,
  agelessAnnouncements,
  blindToWays,
  catchingUp,
  configured,
  deliveringTwice,
  echoingAnnouncements,
  isMessage,
  leavingEarly,
  not,
  promising,
  repeatingQuestions,
  rows,
  sendingTwice,
  sends,
  tidied,
  twisted,
  withoutFeasibility,
  withoutStart
} from './twists.ts'

export interface Mutant {
  /** What is wrong with it. */
  does: string
  /** The scenario that has to notice, and a part of what it then says. */
  caughtBy: string
  saying: string
  createOverlay: CreateOverlay
}

export const mutants: readonly Mutant[] = [
  // Routes
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
    createOverlay: configured({ seqnoRaiseIntervalMs: 0 })
  },
  {
    does: 'draws lots',
    caughtBy: 'same-inputs-same-run',
    saying: 'the second run',
    createOverlay: options => new Overlay({ ...options, rng: Math.random })
  },

  // Neighbours
  {
    does: 'answers the first beat when its turn comes',
    caughtBy: 'measured-at-once',
    saying: 'the round trip',
    createOverlay: twisted(() => ({
      says: (outputs, input) => (isMessage(input, 'beat') ? outputs.filter(not(sends('beat'))) : outputs)
    }))
  },
  {
    does: 'does not find out that a neighbour has fallen silent until it is closed',
    caughtBy: 'suspected-way-is-retracted',
    saying: 'the next hop of n2',
    createOverlay: configured({ suspectAfterMs: 1_000_000 })
  },
  {
    does: 'holds its own sleep against its neighbours',
    caughtBy: 'woken-late',
    saying: 'n1',
    createOverlay: catchingUp
  },
  {
    does: 'waits for ever for who says nothing',
    caughtBy: 'no-hello',
    saying: 'the code',
    createOverlay: configured({ neighbourTimeoutMs: 1_000_000 })
  },
  {
    does: 'understands every version',
    caughtBy: 'version-skew',
    saying: 'the code for version',
    createOverlay: twisted(() => ({
      hears: input =>
        isMessage(input, 'hello') ? { ...input, message: { ...input.message, version: 1 } } : input
    }))
  },
  {
    does: 'closes nobody',
    caughtBy: 'one-hello',
    saying: 'the code',
    createOverlay: twisted(() => ({ says: outputs => outputs.filter(({ type }) => type !== 'close') }))
  },
  {
    does: 'has room for everybody',
    caughtBy: 'too-many-neighbours',
    saying: 'more than 3',
    createOverlay: configured({ neighboursMax: 1_000 })
  },

  // Channels
  {
    does: 'keeps announcements to itself',
    caughtBy: 'line',
    saying: 'had no object',
    createOverlay: twisted(() => ({
      says: (outputs, input) =>
        input.type === 'announcement' && input.from !== undefined
          ? outputs.filter(not(sends('announce')))
          : outputs
    }))
  },
  {
    does: 'sends announcements back to where they came from',
    caughtBy: 'announced-once',
    saying: 'announcements sent',
    createOverlay: twisted(() => ({ says: echoingAnnouncements }))
  },
  {
    does: 'does not hear that a run is over',
    caughtBy: 'publisher-ends',
    saying: 'believes in a way to n0',
    createOverlay: twisted(() => ({
      hears: input =>
        input.type === 'announcement' && input.announcement.announcement.ended ? undefined : input
    }))
  },
  {
    does: 'takes every announcement for the newest',
    caughtBy: 'withdrawal-stays',
    saying: 'channels known to n0',
    createOverlay: twisted(agelessAnnouncements)
  },
  {
    does: 'announces a run only once',
    caughtBy: 'announcement-renewed',
    saying: 'channels known to n2',
    createOverlay: configured({ announceIntervalMs: 1_000_000 })
  },
  {
    does: 'keeps all announcements of all',
    caughtBy: 'announcement-bomb',
    saying: 'channels known to n1',
    createOverlay: configured({ announcementsMax: 10_000, announcementsPerPublisherMax: 10_000 })
  },
  {
    does: 'keeps rows about everybody',
    caughtBy: 'row-bomb',
    saying: 'more than 300',
    createOverlay: configured({ originsMax: 100_000 })
  },

  // Subscriptions
  {
    does: 'forgets to answer SUB',
    caughtBy: 'join-in-any-order',
    saying: 'is not fed',
    createOverlay: twisted(() => ({ says: outputs => outputs.filter(not(sends('sub-ok'))) }))
  },
  {
    does: 'promises a stream that it does not have',
    caughtBy: 'sub-without-a-way',
    saying: 'SUB_OKs without a way',
    createOverlay: twisted(() => ({ says: promising }))
  },
  {
    does: 'swallows UNSUB',
    caughtBy: 'last-subscriber-leaves',
    saying: 'n0 has no child',
    createOverlay: twisted(() => ({ says: outputs => outputs.filter(not(sends('unsub'))) }))
  },
  {
    does: 'leaves its parent before it has another',
    caughtBy: 'make-before-break',
    saying: 'UNSUBs to x before',
    createOverlay: twisted(leavingEarly)
  },
  {
    does: 'does not ask for what it missed',
    caughtBy: 'crash',
    saying: 'follows',
    createOverlay: twisted(() => ({ says: outputs => outputs.map(withoutStart) }))
  },
  {
    does: 'does not refuse its own parent',
    caughtBy: 'forged-mutual-sub',
    saying: 'the answer',
    createOverlay: twisted(() => ({ says: outputs => outputs.filter(not(sends('sub-nack'))) }))
  },
  {
    does: 'does not look at the way of a stream',
    caughtBy: 'sub-ok-in-a-circle',
    saying: 'the parent of n',
    createOverlay: twisted(() => ({ hears: blindToWays }))
  },
  {
    does: 'waits for a new parent that is mute',
    caughtBy: 'mute-new-parent',
    saying: 'n gives y up',
    createOverlay: configured({ firstObjectMs: 1_000_000 })
  },
  {
    does: 'does not miss what does not come',
    caughtBy: 'silent-parent',
    saying: 'n asks y',
    createOverlay: configured({ silenceMinMs: 1_000_000 })
  },
  {
    does: 'never gives up who does not answer',
    caughtBy: 'no-answer',
    saying: 'UNSUBs to x',
    createOverlay: configured({ answerTimeoutMs: 1_000_000 })
  },
  {
    does: 'has room for any number of children',
    caughtBy: 'too-many-children',
    saying: 'more than 2',
    createOverlay: configured({ childrenPerStreamMax: 1_000 })
  },
  {
    does: 'gives one neighbour all that it asks for',
    caughtBy: 'greedy-neighbour',
    saying: 'confirmed',
    createOverlay: configured({ subscriptionsPerNeighbourMax: 1_000 })
  },
  {
    does: 'does not tell its application of a break',
    caughtBy: 'row-disappears',
    saying: 'n4 was not told',
    createOverlay: twisted(() => ({
      says: outputs =>
        outputs.filter(output => output.type !== 'subscription' || output.event.type !== 'interrupted')
    }))
  },

  // Objects
  {
    does: 'delivers twice',
    caughtBy: 'own-channel',
    saying: 'twice',
    createOverlay: twisted(() => ({ says: outputs => outputs.flatMap(deliveringTwice) }))
  },
  {
    does: 'sends each child two copies',
    caughtBy: 'one-copy-per-link',
    saying: 'copies',
    createOverlay: twisted(() => ({
      says: outputs => outputs.flatMap(sendingTwice)
    }))
  },
  {
    does: 'takes objects from anybody',
    caughtBy: 'objects-nobody-asked-for',
    saying: 'unwanted objects',
    createOverlay: twisted(() => ({
      hears: (input, core) => (input.type === 'object' ? adopted(input, core) : input)
    }))
  },
  {
    does: 'tidies up the bytes that it relays',
    caughtBy: 'bytes-unchanged',
    saying: 'the bytes',
    createOverlay: twisted(() => ({ says: outputs => outputs.map(tidied) }))
  },
  {
    does: 'remembers only the last few objects',
    caughtBy: 'repeated-objects',
    saying: 'what was delivered',
    createOverlay: configured({ dedupWindow: 0 })
  }
]
