/** Mutants of channels and publishers. */
import type { Input, Output, Overlay } from '@hopcast/protocol'
import { pathTag } from '../../../packages/protocol/src/ids.ts'
import type { Announcement } from '../../../packages/protocol/src/wire/messages.ts'
import type { Mutant } from '../mutant.ts'
import {
  agelessAnnouncements,
  configured,
  deafTo,
  echoingAnnouncements,
  isMessage,
  not,
  sends,
  type Twist,
  twisted
} from '../twists.ts'

export const channels: readonly Mutant[] = [
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
  {
    does: 'does not listen to what others remember of it',
    caughtBy: 'clock-rollback',
    saying: 'n3 is fed',
    createOverlay: twisted(withoutMemory)
  },
  {
    does: 'does not listen to rows of its own',
    caughtBy: 'row-of-the-future',
    saying: 'n3 has a way',
    createOverlay: twisted(withoutMemory)
  },
  {
    does: 'follows one publisher where all were asked for',
    caughtBy: 'all-publishers',
    saying: 'n4 hears all',
    createOverlay: configured({ publishersFollowedMax: 1 })
  },
  {
    does: 'answers no query',
    caughtBy: 'channel-that-is-searched-for',
    saying: 'n7 is fed',
    createOverlay: deafTo('route-query')
  },
  {
    does: 'starts nothing before it is asked for it',
    caughtBy: 'first-neighbour',
    saying: 'late at n0 is fed',
    createOverlay: twisted(() => ({ hears: withoutHaste }))
  },
  {
    does: 'starts a stream in the middle of its beginning',
    caughtBy: 'first-neighbour',
    saying: 'the first that early hears',
    createOverlay: twisted(takingForSub)
  },
  {
    does: 'never gives up on who was to ask for a stream',
    caughtBy: 'first-neighbour',
    saying: 'what x is sent in the end',
    createOverlay: configured({ resyncMs: 1e9 })
  },
  {
    does: 'promises a stream to who has not asked for it',
    caughtBy: 'first-neighbour',
    saying: 'what x is promised',
    createOverlay: twisted(() => ({ says: promisingAtOnce }))
  },
  {
    does: 'passes on every query',
    caughtBy: 'query-flood',
    saying: 'queries that n1 passed on',
    createOverlay: configured({
      queriesRate: { burst: 1e6, perSecond: 1e6 },
      queriesMax: 1e6,
      queriesPerNeighbourMax: 1e6
    })
  }
]

function withoutHaste(input: Input): Input {
  if (!isMessage(input, 'route-query')) return input
  const { start: _, ...message } = input.message
  return { ...input, message }
}

/** A query that is to start a stream is SUB to it. */
function takingForSub(): Twist {
  let heard: Announcement | undefined
  return {
    hears: input => {
      if (input.type === 'announcement') heard = input.announcement.announcement
      if (!isMessage(input, 'route-query') || input.message.start !== true || heard === undefined)
        return input
      const { channel, publisher, epoch } = heard
      return { ...input, message: { type: 'sub', channel, publisher, epoch, track: 0 } }
    }
  }
}

function promisingAtOnce(outputs: Output[], input: Input, core: Overlay): Output[] {
  const [carried] = core.streams()
  if (!isMessage(input, 'route-query') || input.message.start !== true || carried === undefined)
    return outputs
  const message = { type: 'sub-ok', stream: carried.stream, path: [pathTag(carried.publisher)] } as const
  return [...outputs, { type: 'send', peer: input.peer, message }]
}

/** Whatever others say of this node itself is nothing to it. */
function withoutMemory(): Twist {
  return {
    hears: (input, { self }) => {
      if (input.type === 'announcement' && input.from !== undefined) {
        return input.announcement.announcement.publisher === self ? undefined : input
      }
      if (!isMessage(input, 'sync')) return input
      const rows = input.message.rows.filter(({ origin }) => origin !== self)
      return { ...input, message: { ...input.message, rows } }
    }
  }
}
