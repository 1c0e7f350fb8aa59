/** Mutants of trees: who is fed, with what, from when on, and until when. */
import type { Output } from '@hopcast/protocol'
import type { Mutant } from '../mutant.ts'
import { isMessage, not, sends, stoppingAt, type Twist, twisted } from '../twists.ts'

export const trees: readonly Mutant[] = [
  {
    does: 'asks for a run that begins from what comes next',
    caughtBy: 'late-publisher',
    saying: 'the first object',
    createOverlay: twisted(() => ({ says: outputs => outputs.map(withoutBeginning) }))
  },
  {
    does: 'asks for a stream when its timer comes',
    caughtBy: 'late-listener',
    saying: 'until the first object',
    createOverlay: twisted(askingInRounds)
  },
  {
    does: 'feeds nobody once its own application wants no more',
    caughtBy: 'local-and-remote-subscriber',
    saying: 'n2 is not fed once n1 does not listen',
    createOverlay: twisted(() =>
      stoppingAt('forward', input => input.type === 'command' && input.command.type === 'unsubscribe')
    )
  },
  {
    does: 'gives a stream up for itself, too, when a child leaves',
    caughtBy: 'one-of-two-leaves',
    saying: 'n2 is not fed',
    createOverlay: twisted(() => stoppingAt('deliver', input => isMessage(input, 'unsub')))
  },
  {
    does: 'does not say which SUB it answers',
    caughtBy: 'unsub-race',
    saying: 'the subscription of c to news is not fed',
    createOverlay: twisted(() => ({ says: outputs => outputs.map(answeringAny) }))
  },
  {
    does: 'takes nothing from a parent that has not answered yet',
    caughtBy: 'objects-before-sub-ok',
    saying: 'the first object',
    createOverlay: twisted(() => ({
      hears: (input, core) => {
        if (input.type !== 'object') return input
        const { stream } = input.object.header
        return core.stream(stream)?.upstream === undefined ? undefined : input
      }
    }))
  },
  {
    does: 'takes the first track, whichever is asked for',
    caughtBy: 'two-tracks',
    saying: 'the tracks',
    createOverlay: twisted(() => ({
      hears: input =>
        input.type === 'command' && input.command.type === 'subscribe'
          ? { ...input, command: { ...input.command, tracks: [0] } }
          : input
    }))
  }
]

function withoutBeginning(output: Output): Output {
  if (output.type !== 'send' || output.message.type !== 'sub' || output.message.startSeq !== 0) return output
  const { startSeq: _, ...message } = output.message
  return { ...output, message }
}

function askingInRounds(): Twist {
  let waiting: Output[] = []
  return {
    says: (outputs, input) => {
      if (input.type === 'timeout') return [...outputs, ...waiting.splice(0)]
      waiting = [...waiting, ...outputs.filter(sends('sub'))]
      return outputs.filter(not(sends('sub')))
    }
  }
}

function answeringAny(output: Output): Output {
  if (output.type !== 'send' || output.message.type !== 'sub-ok') return output
  const { attempt: _, ...message } = output.message
  return { ...output, message }
}
