/** Mutants of objects. */
import type { Input, Output, PeerId } from '@hopcast/protocol'
import type { Mutant } from '../mutant.ts'
import {
  adopted,
  configured,
  deafTo,
  deliveringTwice,
  sendingTwice,
  silentOn,
  type Twist,
  tidied,
  twisted
} from '../twists.ts'

export const objects: readonly Mutant[] = [
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
  },
  {
    does: 'does not ask for what is missing',
    caughtBy: 'passed-over',
    saying: 'n asks x',
    createOverlay: silentOn('nack')
  },
  {
    does: 'says nothing when it is asked for what it does not have',
    caughtBy: 'nack-answered',
    saying: 'who has none of them',
    createOverlay: silentOn('have')
  },
  {
    does: 'gives on repair whatever it is asked for',
    caughtBy: 'repair-has-an-end',
    saying: 'objects for 100 questions',
    createOverlay: configured({
      repairRate: { burst: 10_000, perSecond: 10_000 },
      repairRateInAll: { burst: 10_000, perSecond: 10_000 }
    })
  },
  {
    does: 'blames its parent for what nobody has',
    caughtBy: 'nobody-has-it',
    saying: 'the next hop of n',
    createOverlay: deafTo('have')
  },
  {
    does: 'is patient with a parent that keeps things back',
    caughtBy: 'grey-hole',
    saying: 'x is still the parent',
    createOverlay: configured({ lossMin: 1 })
  },
  {
    does: 'keeps a parent of which its driver says that it alters objects',
    caughtBy: 'altered-object',
    saying: 'b has another parent',
    createOverlay: twisted(() => ({ hears: input => (input.type === 'altered' ? undefined : input) }))
  },
  {
    does: 'believes every end',
    caughtBy: 'false-end',
    saying: 'what was delivered',
    createOverlay: twisted(() => ({ hears: credulous }))
  },
  {
    does: 'forgives whoever altered objects as soon as it can',
    caughtBy: 'altered-object',
    saying: 'altered objects in a minute',
    createOverlay: configured({ penaltyLongestMs: 3_000 })
  },
  {
    does: 'takes who spoke last for who gave an object',
    caughtBy: 'altered-object',
    saying: /b has another parent|an honest neighbour is taken/,
    createOverlay: twisted(confusingGivers)
  }
]

/** It knows of no proof. */
function credulous(input: Input): Input {
  if (input.type !== 'announcement') return input
  const { endHash: _, ...announcement } = input.announcement.announcement
  return { ...input, announcement: { ...input.announcement, announcement } }
}

function confusingGivers(): Twist {
  let last: PeerId | undefined
  const confused = (output: Output): Output => {
    return output.type === 'deliver' && output.from !== undefined ? { ...output, from: last } : output
  }
  return {
    hears: input => {
      if (input.type === 'message') last = input.peer
      return input
    },
    says: outputs => outputs.map(confused)
  }
}
