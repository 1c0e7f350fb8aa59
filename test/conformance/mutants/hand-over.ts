/** Mutants of hand-over: of parents that are left, kept, or blamed. */
import { type ChannelId, type Input, type Output, streamId } from '@hopcast/protocol'
import type { Mutant } from '../mutant.ts'
import { configured, deafTo, isMessage, type Twist, twisted, unforgiving } from '../twists.ts'

export const handOver: readonly Mutant[] = [
  {
    does: 'tells its application of each new parent as of a break',
    caughtBy: 'better-route',
    saying: 'interruptions',
    createOverlay: twisted(interrupting)
  },
  {
    does: 'keeps a backup for as long as there is a pause',
    caughtBy: 'pause-is-no-fault',
    saying: 'UNSUBs to it',
    createOverlay: configured({ backupTimeoutMs: 1e6 })
  },
  {
    does: 'takes each silence for a fault of its parent',
    caughtBy: 'publisher-pauses',
    saying: /the (parent|next hop) of b after/,
    createOverlay: twisted(blamingTheSilent)
  },
  {
    does: 'gives who is asked ten seconds to answer',
    caughtBy: 'black-hole',
    saying: 'n2 is fed',
    createOverlay: configured({ answerTimeoutMs: 10_000 })
  },
  {
    does: 'gives a parent half a minute for its first object',
    caughtBy: 'mute-black-hole',
    saying: 'n2 is fed',
    createOverlay: configured({ firstObjectMs: 30_000 })
  },
  {
    does: 'feeds who has left until a digest shows it',
    caughtBy: 'nothing-left-to-take',
    saying: 'n moves to x',
    createOverlay: deafTo('unsub')
  },
  {
    does: 'does not take back a relay that has left',
    caughtBy: 'everybody-leaves-in-turn',
    saying: 'was told',
    createOverlay: twisted(unforgiving)
  }
]

/** After the first way of a run, each is a break and a start. */
function interrupting(): Twist {
  const started = new Map<ChannelId, Output>()
  const routed = new Set<ChannelId>()
  const told = (output: Output): Output[] => {
    if (output.type !== 'subscription') return [output]
    const { channel, event } = output
    if (event.type === 'started') started.set(channel, output)
    const start = started.get(channel)
    const isAgain = event.type === 'route' && routed.has(channel)
    if (event.type === 'route') routed.add(channel)
    else routed.delete(channel)
    if (!isAgain || start === undefined) return [output]
    return [{ ...output, event: { type: 'interrupted' } }, start, output]
  }
  return { says: outputs => outputs.flatMap(told) }
}

/** Who is silent while its child asks a backup has altered objects. */
function blamingTheSilent(): Twist {
  let blame: Input | undefined
  return {
    hears: input => {
      if (blame === undefined || !isMessage(input, 'beat')) return input
      const blamed = blame
      blame = undefined
      return blamed
    },
    says: (outputs, input, core) => {
      for (const output of outputs) {
        if (input.type !== 'timeout' || output.type !== 'send' || output.message.type !== 'sub') continue
        const stream = streamId(output.message)
        const peer = core.stream(stream)?.upstream
        const isBackup = peer !== undefined && core.route(output.message.publisher)?.nextHop === peer
        if (isBackup && peer !== output.peer) blame = { type: 'altered', peer, stream }
      }
      return outputs
    }
  }
}
