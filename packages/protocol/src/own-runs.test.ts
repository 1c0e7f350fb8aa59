import { describe, expect, test } from 'vitest'
import { defaultConfig } from './default-config.ts'
import { openChannelId, type PeerId } from './ids.ts'
import { type OwnRunEvent, OwnRuns } from './own-runs.ts'
import { Timers } from './timers.ts'
import type { Announcement } from './wire/messages.ts'

const self = 'self' as PeerId
const name = 'demo'
const channel = openChannelId(name)
const publication = { channel, name, epoch: 5, catalog: new Uint8Array() }

function publishing() {
  const runs = new OwnRuns(self, defaultConfig, new Timers())
  runs.publish(publication, 0)
  return runs
}

/** What a neighbour tells of this node. */
function heard(over: Partial<Announcement>): Announcement {
  return { ...publication, publisher: self, seqno: 0, expiresAt: 0, ended: false, ...over }
}

/** Each event in a few words. */
function told(events: OwnRunEvent[]): string[] {
  return events.map(event => {
    if (event.type !== 'sign') return `${event.type} ${event.epoch}`
    const { name: of, epoch, seqno, ended } = event.draft
    return `sign ${of} ${epoch}:${seqno}${ended ? ' ended' : ''}`
  })
}

describe('A run whose channel others remember with a later one', () => {
  test.each([false, true])('starts again above it (ended: %s)', ended => {
    const runs = publishing()
    expect(told(runs.handleHeard(heard({ epoch: 100, seqno: 3, ended }), 0))).toEqual([
      'remembered 100',
      'sign demo 5:1',
      'restart 101',
      'sign demo 101:0'
    ])
    expect(runs.handleHeard(heard({ epoch: 100, seqno: 4 }), 0)).toEqual([])
    expect(told(runs.unpublish(channel, 0))).toEqual(['sign demo 101:1 ended'])
  })

  test('starts again above one of the same epoch that has said more than itself', () => {
    const runs = publishing()
    expect(runs.handleHeard(heard({ seqno: 0 }), 0)).toEqual([])
    expect(told(runs.handleHeard(heard({ seqno: 1 }), 0))).toEqual(['restart 6', 'sign demo 6:0'])
  })

  test('cannot go past the last epoch, and stays what it is', () => {
    const runs = publishing()
    expect(runs.handleHeard(heard({ epoch: Number.MAX_SAFE_INTEGER }), 0)).toEqual([])
    expect(told(runs.handleHeard(heard({ epoch: Number.MAX_SAFE_INTEGER - 1 }), 0))).toContain(
      `restart ${Number.MAX_SAFE_INTEGER}`
    )
  })

  test('begins above it when that was heard before', () => {
    const runs = new OwnRuns(self, defaultConfig, new Timers())
    expect(told(runs.handleHeard(heard({ epoch: 100, seqno: 3 }), 0))).toEqual(['sign demo 100:4 ended'])
    expect(runs.publish(publication, 0).epoch).toBe(101)
  })
})

describe('A run of a channel that is not published any more', () => {
  const other = { name: 'other', channel: openChannelId('other') }

  test('is withdrawn, and what is published goes on, announced anew, in a row that is newer', () => {
    const runs = publishing()
    expect(told(runs.handleHeard(heard({ ...other, epoch: 100, seqno: 3 }), 0))).toEqual([
      'remembered 100',
      'sign demo 5:1',
      'sign other 100:4 ended'
    ])
    expect(runs.publish({ ...publication, ...other, epoch: 6 }, 0).epoch).toBe(101)
  })

  test('that was withdrawn already, and is older, needs nothing', () => {
    expect(publishing().handleHeard(heard({ ...other, epoch: 4, ended: true }), 0)).toEqual([])
  })
})
