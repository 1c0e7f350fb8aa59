/** Mutants of capacity, and of leaving. */
import { type Input, type Output, type Overlay, streamId } from '@hopcast/protocol'
import type { Mutant } from '../mutant.ts'
import {
  claimingUntaken,
  configured,
  deafTo,
  isMessage,
  silentOn,
  stoppingAt,
  type Twist,
  twisted
} from '../twists.ts'

export const capacity: readonly Mutant[] = [
  {
    does: 'asks who is full again at once',
    caughtBy: 'full-neighbour',
    saying: 'SUBs to x',
    createOverlay: configured({ barredMs: 1_000 })
  },
  {
    does: 'claims the way over a neighbour that has not taken the stream yet',
    caughtBy: 'tried-before-taken',
    saying: 'what z was told',
    createOverlay: twisted(claimingUntaken)
  },
  {
    does: 'does not read in BEAT that a neighbour is full',
    caughtBy: 'full-in-beat',
    saying: 'the next hop beside',
    createOverlay: twisted(() => ({ hears: blindToFull }))
  },
  {
    does: 'never insists',
    caughtBy: 'only-way-is-full',
    saying: 'all are fed',
    createOverlay: twisted(() => ({ says: outputs => outputs.map(modest) }))
  },
  {
    does: 'knows no limit of its uplink',
    caughtBy: 'weak-relay',
    saying: 'children of the weak relay',
    createOverlay: configured({ uplinkBps: 0 })
  },
  {
    does: 'does not believe what it is told of a rate',
    caughtBy: 'rate-told-at-the-start',
    saying: 'children of the hub',
    createOverlay: twisted(() => ({ says: outputs => outputs.map(withoutRate) }))
  },
  {
    does: 'gives way to who insists, though it has no uplink',
    caughtBy: 'uplink-has-an-end',
    saying: 'who is fed',
    createOverlay: configured({ uplinkBps: 0 })
  },
  {
    does: 'refuses without naming others',
    caughtBy: 'redirect',
    saying: 'how many are named',
    createOverlay: twisted(() => ({ says: outputs => outputs.map(withoutRedirect) }))
  },
  {
    does: 'carries everybody itself',
    caughtBy: 'fan-out',
    saying: 'children of the hub',
    createOverlay: configured({ fanOutMax: 1_000 })
  },
  {
    does: 'takes everybody as though there were no other',
    caughtBy: 'flash-crowd-caps',
    saying: 'who did not insist',
    createOverlay: twisted(() => ({ hears: takingAllForNeedy }))
  },
  {
    does: 'keeps whomever it has taken',
    caughtBy: 'flash-crowd-caps',
    saying: 'children past the fan-outs',
    createOverlay: silentOn('move')
  },
  {
    does: 'stays when it is asked to move',
    caughtBy: 'moved-by-a-stranger',
    saying: 'n asks y',
    createOverlay: deafTo('move')
  },
  {
    does: 'asks again as soon as it is refused',
    caughtBy: 'everybody-is-full',
    saying: 'per node and second',
    createOverlay: twisted(insistingAtOnce)
  },
  {
    does: 'sends children away each second, and goes back as soon',
    caughtBy: 'everybody-has-enough',
    saying: 'per node and second',
    createOverlay: configured({ barredMs: 1_000, barredLongestMs: 1_000, moveIntervalMs: 1_000 })
  },
  {
    does: 'leaves without a word',
    caughtBy: 'clean-leave',
    saying: 'what left asks of b',
    createOverlay: twisted(() => ({ hears: input => (isWithdrawal(input, true) ? undefined : input) }))
  },
  {
    does: 'lets its children fall as soon as it is to leave',
    caughtBy: 'leave-without-another-way',
    saying: 'n3 is not fed on',
    createOverlay: twisted(() => stoppingAt('forward', input => isWithdrawal(input, true)))
  },
  {
    does: 'does not read whom one that leaves names',
    caughtBy: 'leaver-names-another',
    saying: 'the named one',
    createOverlay: twisted(() => ({ hears: forgettingWhoIsNamed }))
  },
  {
    does: 'refuses everybody once it has withdrawn',
    caughtBy: 'withdrawn-takes-who-insists',
    saying: 'the children of n1',
    createOverlay: twisted(() => ({ hears: deafToNeed }))
  },
  {
    does: 'does not come back from the background',
    caughtBy: 'background-tab',
    saying: 'b comes back',
    createOverlay: twisted(() => ({ hears: input => (isWithdrawal(input, false) ? undefined : input) }))
  },
  {
    does: 'moves whoever asks it to',
    caughtBy: 'asked-to-leave-in-vain',
    saying: 'n2',
    createOverlay: twisted(() => ({ hears: obedient }))
  },
  {
    does: 'lets nobody in past its fan-out, whoever has no parent',
    caughtBy: 'flash-crowd',
    saying: '95 % join',
    createOverlay: twisted(() => ({ hears: deafToNeed }))
  },
  {
    does: 'has room for any number of streams',
    caughtBy: 'too-many-streams',
    saying: /streams|who is fed/,
    createOverlay: configured({ streamsMax: 1_000 })
  }
]

function blindToFull(input: Input): Input {
  if (!isMessage(input, 'beat')) return input
  const { full: _, ...message } = input.message
  return { ...input, message }
}

function modest(output: Output): Output {
  if (output.type !== 'send' || output.message.type !== 'sub') return output
  const { insist: _, ...message } = output.message
  return { ...output, message }
}

function withoutRedirect(output: Output): Output {
  if (output.type !== 'send' || output.message.type !== 'sub-nack') return output
  const { redirect: _, ...message } = output.message
  return { ...output, message }
}

function insistingAtOnce(): Twist {
  const asked = new Map<string, Output>()
  return {
    says: (outputs, input) => {
      for (const output of outputs) {
        if (output.type !== 'send' || output.message.type !== 'sub') continue
        asked.set(`${output.peer} ${streamId(output.message)}`, output)
      }
      if (!isMessage(input, 'sub-nack')) return outputs
      const again = asked.get(`${input.peer} ${input.message.stream}`)
      return again === undefined ? outputs : [...outputs, again]
    }
  }
}

function isWithdrawal(input: Input, withdrawn: boolean): boolean {
  return (
    input.type === 'command' && input.command.type === 'withdraw' && input.command.withdrawn === withdrawn
  )
}

function forgettingWhoIsNamed(input: Input): Input {
  return isMessage(input, 'move') ? { ...input, message: { ...input.message, redirect: [] } } : input
}

function deafToNeed(input: Input): Input {
  if (!isMessage(input, 'sub')) return input
  const { insist: _, ...message } = input.message
  return { ...input, message }
}

function takingAllForNeedy(input: Input): Input {
  return isMessage(input, 'sub') ? { ...input, message: { ...input.message, insist: true } } : input
}

/** As though the parent had asked. */
function obedient(input: Input, core: Overlay): Input {
  if (!isMessage(input, 'move')) return input
  for (const { stream, upstream } of core.streams()) {
    if (upstream !== undefined) return { ...input, peer: upstream, message: { ...input.message, stream } }
  }
  return input
}

function withoutRate(output: Output): Output {
  if (output.type !== 'send' || output.message.type !== 'sub-ok') return output
  const { rate: _, ...message } = output.message
  return { ...output, message }
}
