/** Mutants of failures: of what is lost, and what is back. */
import type { Output, PeerId, StreamId } from '@hopcast/protocol'
import { streamId } from '@hopcast/protocol'
import type { Mutant } from '../mutant.ts'
import { configured, isMessage, not, sends, type Twist, twisted } from '../twists.ts'

export const failures: readonly Mutant[] = [
  {
    does: 'misses objects after a second, and not before',
    caughtBy: 'silent-crash',
    saying: 'the longest pause',
    createOverlay: configured({ silenceMinMs: 1_000 })
  },
  {
    does: 'waits for a minute for a neighbour that is silent',
    caughtBy: 'silent-link',
    saying: 'is dead, and not noticed',
    createOverlay: configured({ neighbourTimeoutMs: 60_000 })
  },
  {
    does: 'keeps no object for a child whose SUB comes after it',
    caughtBy: 'lossy-links',
    saying: 'the first object',
    createOverlay: configured({ recentMs: 0 })
  },
  {
    does: 'asks a new parent for what comes from then on',
    caughtBy: 'flapping-link',
    saying: 'follows',
    createOverlay: twisted(() => ({ says: outputs => outputs.map(withoutResuming) }))
  },
  {
    does: 'asks nobody any more after a break',
    caughtBy: 'only-relay-restarts',
    saying: 'n2 is fed',
    createOverlay: twisted(despairing)
  },
  {
    does: 'tells a new neighbour of no channel',
    caughtBy: 'partition-and-heal',
    saying: /both sides are fed|channels known to all/,
    createOverlay: twisted(() => ({
      says: (outputs, input) => (isMessage(input, 'hello') ? outputs.filter(not(sends('announce'))) : outputs)
    }))
  },
  {
    does: 'does not tell its children that there is no way',
    caughtBy: 'cut-on-both-sides',
    saying: 'n3 is told',
    createOverlay: twisted(() => ({ says: outputs => outputs.filter(output => !saysNoRoute(output)) }))
  },
  {
    does: 'takes a new connection for the one there was',
    caughtBy: 'new-connection',
    saying: 'follows',
    createOverlay: twisted(() => ({ hears: input => (input.type === 'disconnected' ? undefined : input) }))
  },
  {
    does: 'asks a neighbour for a stream once, and never again',
    caughtBy: 'lost-sub',
    saying: 'n2 is fed',
    createOverlay: twisted(askingOnce)
  }
]

function withoutResuming(output: Output): Output {
  if (output.type !== 'send' || output.message.type !== 'sub' || output.message.startSeq === 0) return output
  const { startSeq: _, ...message } = output.message
  return { ...output, message }
}

function despairing(): Twist {
  let isBroken = false
  return {
    says: outputs => {
      isBroken ||= outputs.some(
        output => output.type === 'subscription' && output.event.type === 'interrupted'
      )
      return isBroken ? outputs.filter(not(sends('sub'))) : outputs
    }
  }
}

function saysNoRoute(output: Output): boolean {
  return output.type === 'send' && output.message.type === 'sub-nack' && output.message.reason === 'no-route'
}

function askingOnce(): Twist {
  const asked = new Map<PeerId, Set<StreamId>>()
  const isNew = (output: Output): boolean => {
    if (output.type !== 'send' || output.message.type !== 'sub') return true
    const streams = asked.get(output.peer) ?? new Set()
    asked.set(output.peer, streams)
    const stream = streamId(output.message)
    if (streams.has(stream)) return false
    streams.add(stream)
    return true
  }
  return { says: outputs => outputs.filter(isNew) }
}
