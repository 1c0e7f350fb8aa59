/** Mutants of channels and publishers. */
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
