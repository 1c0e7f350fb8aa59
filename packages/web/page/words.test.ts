import type { ListenState, ListenStats, PublishStats } from '@hopcast/web'
import { expect, it } from 'vitest'
import type { Activity, View } from './view.ts'
import { wordsFor } from './words.ts'

const neighbour = { peer: 'relay', transport: 'websocket', rttMs: 1 }

function words(activity: Activity, neighbours = [neighbour], over: Partial<View> = {}) {
  const view: View = {
    activity,
    channel: 'news',
    self: 'self',
    neighbours,
    children: [],
    othersSpeak: false,
    ...over
  }
  return wordsFor(view)
}

function listening(stats: Partial<ListenStats>) {
  return words({ type: 'listening', stats: { state: 'playing', silenced: false, ...stats } as ListenStats })
}

it.each<[ListenState, string, string]>([
  ['waiting', 'Waiting for someone on news', 'calm'],
  ['playing', 'Playing news', 'on'],
  ['interrupted', 'Interrupted', 'attention'],
  ['ended', 'The stream has ended', 'calm']
])('a stream that is %s is said to be so', (state, headline, tone) => {
  expect(listening({ state })).toMatchObject({ headline, tone })
})

it('a stream that plays, but brings nothing, is not said to play', () => {
  expect(listening({ stalled: true })).toMatchObject({ headline: 'Nothing arrives', tone: 'attention' })
})

it('what is wrong comes before what plays', () => {
  expect(listening({ silenced: true }).tone).toBe('attention')
  expect(listening({ problem: 'the catalog is no JSON' }).detail).toBe('the catalog is no JSON')
  expect(words({ type: 'failed', message: 'No relay answers.' }).detail).toBe('No relay answers.')
})

it('a speaker hears whether anybody listens, and when the microphone is gone', () => {
  const stats = { state: 'live', silenced: false, children: 0 } as PublishStats
  expect(words({ type: 'publishing', stats }).detail).toMatch(/^Nobody is listening yet/)
  expect(words({ type: 'publishing', stats: { ...stats, children: 1 } }).detail).toBe(
    'Somebody is listening.'
  )
  expect(words({ type: 'publishing', stats: { ...stats, state: 'source-ended' } }).tone).toBe('attention')
  const shared = words({ type: 'publishing', stats: { ...stats, children: 1 } }, [neighbour], {
    othersSpeak: true
  })
  expect(shared.detail).toMatch(/^Somebody is listening\. Another one speaks/)
})

it('a tab without a relay says that it looks for one', () => {
  expect(words({ type: 'idle' }).headline).toBe('Ready')
  expect(words({ type: 'idle' }, []).tone).toBe('attention')
  const waiting = { state: 'waiting', silenced: false } as ListenStats
  expect(words({ type: 'listening', stats: waiting }, []).headline).toBe('The relay is away')
  const live = { state: 'live', silenced: false, children: 0 } as PublishStats
  expect(words({ type: 'publishing', stats: live }, []).detail).toMatch(/^Nobody can hear you/)
})

it('a long channel name is cut where it would fill the screen', () => {
  const connecting: Activity = { type: 'connecting', doing: 'listen' }
  const { headline } = words(connecting, [neighbour], { channel: 'ä'.repeat(64) })
  expect(headline).toBe(`Tuning in to ${'ä'.repeat(32)}…`)
})
