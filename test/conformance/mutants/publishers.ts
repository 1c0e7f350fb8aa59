/** Mutants of publishers: of their runs, and of the choice between several. */
import type { ChannelId, Input, Output, PeerId } from '@hopcast/protocol'
import type { Announcement } from '../../../packages/protocol/src/wire/messages.ts'
import type { Mutant } from '../mutant.ts'
import { configured, sends, type Twist, toOthers, twisted } from '../twists.ts'

export const publishers: readonly Mutant[] = [
  {
    does: 'takes a run as over when its withdrawal comes',
    caughtBy: 'withdrawal-overtakes-the-end',
    saying: 'the last object',
    createOverlay: configured({ endGraceMs: 1 })
  },
  {
    does: 'goes on in the next run where the last one ended',
    caughtBy: 'publisher-begins-again',
    saying: 'the first object',
    createOverlay: twisted(goingOnInTheNextRun)
  },
  {
    does: 'knows one run of a publisher',
    caughtBy: 'publisher-crashes-and-returns',
    saying: 'n3 is fed',
    createOverlay: twisted(() => keepingTheFirst(({ publisher, epoch }) => `${publisher} ${epoch}`))
  },
  {
    does: 'does not withdraw a run that it knows nothing of',
    caughtBy: 'publisher-forgot-its-run',
    saying: 'channels known to n3',
    createOverlay: twisted(() => ({
      says: (outputs, input) =>
        input.type === 'announcement' && input.from !== undefined
          ? outputs.filter(({ type }) => type !== 'sign')
          : outputs
    }))
  },
  {
    does: 'follows all publishers of a channel where one is asked for',
    caughtBy: 'several-publishers',
    saying: 'two are mixed',
    createOverlay: twisted(() => ({ hears: followingAll }))
  },
  {
    does: 'knows one publisher of a channel',
    caughtBy: 'failover-after-the-end',
    saying: 'n3 has objects of n0',
    createOverlay: twisted(() => keepingTheFirst(({ publisher }) => publisher))
  },
  {
    does: 'finds out by its beats that a connection is over',
    caughtBy: 'failover-after-a-crash',
    saying: 'n3 has objects of n0',
    createOverlay: twisted(() => ({ hears: input => (input.type === 'disconnected' ? undefined : input) }))
  },
  {
    does: 'knows streams by channel, epoch and track',
    caughtBy: 'id-collision',
    saying: 'under the name of another',
    createOverlay: twisted(confusingPublishers)
  },
  {
    does: 'keeps announcements however old they are',
    caughtBy: 'announcement-expires',
    saying: 'channels known to n2: ["news"]',
    createOverlay: twisted(() => ({
      hears: input =>
        input.type === 'announcement'
          ? { ...input, announcement: { ...input.announcement, validForMs: 1e9 } }
          : input
    }))
  },
  {
    does: 'passes on every announcement that is signed',
    caughtBy: 'announcement-replayed',
    saying: 'announcements passed on',
    createOverlay: twisted(() => ({
      isNews: () => true,
      says: (outputs, input, core) => {
        if (input.type !== 'announcement' || input.from === undefined) return outputs
        if (outputs.some(sends('announce'))) return outputs
        const announcement = input.announcement.signed
        return [...outputs, ...toOthers(core, input.from, { type: 'announce', announcement })]
      }
    }))
  }
]

function followingAll(input: Input): Input {
  if (input.type !== 'command' || input.command.type !== 'subscribe') return input
  return { ...input, command: { ...input.command, mode: 'all' } }
}

/** Of the announcements of a channel it hears those that are like the first one of others. */
function keepingTheFirst(by: (announcement: Announcement) => string): Twist {
  const first = new Map<ChannelId, string>()
  return {
    hears: input => {
      if (input.type !== 'announcement' || input.from === undefined) return input
      const { announcement } = input.announcement
      const known = first.get(announcement.channel) ?? by(announcement)
      first.set(announcement.channel, known)
      return by(announcement) === known ? input : undefined
    }
  }
}

function goingOnInTheNextRun(): Twist {
  const newest = new Map<ChannelId, number>()
  const goingOn = (output: Output): Output => {
    if (output.type === 'deliver') newest.set(output.channel, output.object.header.seq)
    if (output.type !== 'send' || output.message.type !== 'sub') return output
    const seq = newest.get(output.message.channel)
    return seq === undefined ? output : { ...output, message: { ...output.message, startSeq: seq + 1 } }
  }
  return { says: outputs => outputs.map(goingOn) }
}

/** What it delivers is of whoever was the first to be heard. */
function confusingPublishers(): Twist {
  const first = new Map<string, PeerId>()
  const confused = (output: Output): Output => {
    if (output.type !== 'deliver') return output
    const name = `${output.channel} ${output.epoch} ${output.track}`
    const publisher = first.get(name) ?? output.publisher
    first.set(name, publisher)
    return { ...output, publisher }
  }
  return { says: outputs => outputs.map(confused) }
}
