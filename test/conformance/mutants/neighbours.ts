/** Mutants of neighbours. */
import type { Input, Output, Overlay, PeerId } from '@hopcast/protocol'
import type { Mutant } from '../mutant.ts'
import { catchingUp, configured, deafTo, isMessage, not, sends, silentOn, twisted } from '../twists.ts'

export const neighbours: readonly Mutant[] = [
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
    does: 'hears nothing, and waits',
    caughtBy: 'asymmetric-link-deaf-child',
    saying: 'follows',
    createOverlay: configured({ suspectAfterMs: 1e6, silenceMinMs: 1e6 })
  },
  {
    does: 'feeds a child that it does not hear for ever',
    caughtBy: 'asymmetric-link-deaf-parent',
    saying: 'b is fed by',
    createOverlay: configured({ neighbourTimeoutMs: 1e6 })
  },
  {
    does: 'greets whom it has greeted',
    caughtBy: 'two-connections',
    saying: 'HELLOs',
    createOverlay: twisted(() => ({ says: greetingAgain }))
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
  {
    does: 'chooses nobody by itself',
    caughtBy: 'pages-find-each-other',
    saying: 'neighbours of a page',
    createOverlay: configured({ neighboursTarget: 0 })
  },
  {
    does: 'tries nobody once it has neighbours enough',
    caughtBy: 'halves-heal',
    saying: 'b1 is fed',
    createOverlay: configured({ tryIntervalMs: 1e9, dialBackoffMinMs: 1e9, dialBackoffMaxMs: 1e9 })
  },
  {
    does: 'takes whoever dials, in place of whom it chose',
    caughtBy: 'eclipse-by-sybils',
    saying: 'honest neighbours',
    createOverlay: configured({ neighboursTarget: 0, neighboursMax: 8 })
  },
  {
    does: 'sends away who is too many without a word of others',
    caughtBy: 'refused-with-peers',
    saying: 'what x heard',
    createOverlay: silentOn('peers')
  },
  {
    does: 'tells everybody of everybody, the asker included',
    caughtBy: 'peers-are-met',
    saying: 'of itself',
    createOverlay: twisted(() => ({ says: outputs => outputs.map(tellingOfTheReceiver) }))
  },
  {
    does: 'tells of peers as often as at first for ever',
    caughtBy: 'peers-become-rare',
    saying: 'after three pauses',
    createOverlay: configured({ peersPauseLongestMs: 2_000 })
  },
  {
    does: 'does not read CLOSE',
    caughtBy: 'close-is-read',
    saying: 'the neighbours of n',
    createOverlay: deafTo('close')
  },
  {
    does: 'takes no notice of what comes before HELLO',
    caughtBy: 'hello-comes-first',
    saying: 'the code',
    createOverlay: twisted(() => ({
      hears: (input, core) =>
        input.type === 'message' && input.message.type !== 'hello' && !isGreeted(input.peer, core)
          ? undefined
          : input
    }))
  },
  {
    does: 'never believes that a link has become better',
    caughtBy: 'cost-follows-the-delay',
    saying: 'the cost at 5 ms again',
    createOverlay: configured({ costHoldMs: 1e6, costHoldLongestMs: 1e6 })
  }
]

function isGreeted(peer: PeerId, core: Overlay): boolean {
  return [...core.neighbours()].some(neighbour => neighbour.peer === peer && neighbour.agent !== undefined)
}

function greetingAgain(outputs: Output[], input: Input): Output[] {
  if (input.type !== 'connected' || outputs.some(sends('hello'))) return outputs
  const hello = { type: 'hello', version: 1, agent: 'again', server: false } as const
  return [...outputs, { type: 'send', peer: input.peer, message: hello }]
}

function tellingOfTheReceiver(output: Output): Output {
  if (output.type !== 'send' || output.message.type !== 'peers') return output
  const { peer, message } = output
  const peers = [...message.peers.slice(0, 15), { peer, addresses: [peer], server: false }]
  return { ...output, message: { ...message, peers } }
}
