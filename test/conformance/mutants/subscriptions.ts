/** Mutants of parents and children. */
import { type Output, type PeerId, type StreamId, streamId } from '@hopcast/protocol'
import type { Mutant } from '../mutant.ts'
import {
  blindToWays,
  configured,
  deafTo,
  isMessage,
  leavingEarly,
  not,
  promising,
  sends,
  silentOn,
  type Twist,
  twisted,
  withoutAttempt,
  withoutStart
} from '../twists.ts'

export const subscriptions: readonly Mutant[] = [
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
    does: 'gives who comes late all that it has',
    caughtBy: 'beginning-of-a-run',
    saying: 'the first object of who came late',
    createOverlay: configured({ beginningMs: 2_000 })
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
    does: 'takes any answer for one to its last question',
    caughtBy: 'answer-to-an-earlier-sub',
    saying: 'the parent of n',
    createOverlay: twisted(() => ({ says: outputs => outputs.map(withoutAttempt) }))
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
  {
    does: 'asks no other publisher’s way when its parent has died without a word',
    caughtBy: 'doubt',
    saying: 'a is fed by b',
    createOverlay: silentOn('seqno-req')
  },
  {
    does: 'does not say again what it asked for',
    caughtBy: 'forgotten-child',
    saying: 'n1 has its child',
    createOverlay: deafTo('resync')
  },
  {
    does: 'keeps every child that it has had',
    caughtBy: 'lost-unsub',
    saying: 'n1 lets go',
    createOverlay: configured({ resyncMs: 1e9 })
  },
  {
    does: 'lets a child fall without a word when it becomes the parent',
    caughtBy: 'child-becomes-next-hop',
    saying: 'what x was told',
    createOverlay: twisted(() => ({
      says: (outputs, input) => (isMessage(input, 'sub') ? outputs : outputs.filter(not(sends('sub-nack'))))
    }))
  },
  {
    does: 'does not answer a promise that it did not ask for',
    caughtBy: 'sub-ok-nobody-asked-for',
    saying: 'UNSUBs to x',
    createOverlay: twisted(() => ({
      says: (outputs, input) => (isMessage(input, 'sub-ok') ? outputs.filter(not(sends('unsub'))) : outputs)
    }))
  },
  {
    does: 'says of an unknown stream that there is no way',
    caughtBy: 'unknown-stream',
    saying: 'streams kept by n0, n1 and n2',
    createOverlay: twisted(() => ({ says: outputs => outputs.map(vague) }))
  },
  {
    does: 'forgets a child that has not asked again for five seconds',
    caughtBy: 'asked-once',
    saying: 'the children of n1',
    createOverlay: twisted(forgettingChildren)
  },
  {
    does: 'tells of a way by its two ends',
    caughtBy: 'way-of-the-stream',
    saying: 'the way',
    createOverlay: twisted(() => ({ says: outputs => outputs.map(withoutBetween) }))
  },
  {
    does: 'tells a child of its way once',
    caughtBy: 'way-told-while-moving',
    saying: 'the way that ear was told',
    createOverlay: twisted(tellingOnce)
  },
  {
    does: 'takes a way of any length',
    caughtBy: 'sub-ok-from-too-far',
    saying: 'the parent of n',
    createOverlay: configured({ hopsMax: 255 })
  }
]

function vague(output: Output): Output {
  if (output.type !== 'send' || output.message.type !== 'sub-nack') return output
  return { ...output, message: { ...output.message, reason: 'no-route' } }
}

/** By the beats of a child it counts the time since its SUB: after twenty it is as though the child had left. */
function forgettingChildren(): Twist {
  const asked = new Map<PeerId, { stream: StreamId; beats: number }>()
  return {
    hears: input => {
      if (isMessage(input, 'sub')) asked.set(input.peer, { stream: streamId(input.message), beats: 0 })
      if (!isMessage(input, 'beat')) return input
      const child = asked.get(input.peer)
      if (child === undefined || ++child.beats < 20) return input
      asked.delete(input.peer)
      return { ...input, message: { type: 'unsub', stream: child.stream } }
    }
  }
}

function withoutBetween(output: Output): Output {
  if (output.type !== 'send' || output.message.type !== 'sub-ok') return output
  const { path } = output.message
  const ends = path.filter((_, i) => i === 0 || i === path.length - 1)
  return { ...output, message: { ...output.message, path: ends } }
}

/** Each SUB is answered once. */
function tellingOnce(): Twist {
  const told = new Set<string>()
  return {
    hears: input => {
      if (isMessage(input, 'sub')) told.delete(`${input.peer} ${streamId(input.message)}`)
      return input
    },
    says: outputs =>
      outputs.filter(output => {
        if (output.type !== 'send' || output.message.type !== 'sub-ok') return true
        const child = `${output.peer} ${output.message.stream}`
        return !told.has(child) && told.add(child)
      })
  }
}
