import type { ListenStats, PublishStats } from '@hopcast/web'
import { expect, it } from 'vitest'
import { layOut, wayOf } from './map-layout.ts'
import type { Neighbour, View } from './view.ts'

const widths = [240, 312, 600, 912]

function neighbours(count: number): Neighbour[] {
  return Array.from({ length: count }, (_, i) => ({ peer: `peer-${i}`, transport: 'websocket', rttMs: i }))
}

function listening(hops: number, count = 1): View {
  const stats: ListenStats = {
    state: 'playing',
    publisher: hops === 1 ? 'peer-0' : 'publisher',
    upstream: 'peer-0',
    hops,
    track: undefined,
    framesReceived: 0,
    framesLost: 0,
    framesConcealed: 0,
    bitrate: 0,
    latencyMs: undefined,
    bufferMs: 0,
    bufferTargetMs: 0,
    stalled: false,
    silenced: false,
    problem: undefined
  }
  return {
    activity: { type: 'listening', stats },
    channel: 'demo',
    self: 'self',
    neighbours: neighbours(count),
    children: [],
    othersSpeak: false
  }
}

function publishing(children: string[]): View {
  const track = {
    id: 0,
    kind: 'audio',
    codec: 'opus',
    sampleRate: 48_000,
    channels: 1,
    frameUs: 20_000,
    bitrate: 32_000
  }
  const stats = {
    state: 'live',
    track,
    framesSent: 0,
    children: children.length,
    bitrate: 0,
    silenced: false
  } as PublishStats
  return {
    activity: { type: 'publishing', stats },
    channel: 'demo',
    self: 'self',
    neighbours: neighbours(2),
    children,
    othersSpeak: false
  }
}

it.each([
  [1, ['this tab', 'speaker']],
  [2, ['this tab', 'relay', 'speaker']],
  [3, ['this tab', 'relay', 'relay', 'speaker']],
  [4, ['this tab', 'relay', 'relay', 'relay', 'speaker']],
  [7, ['this tab', 'relay', '5 more relays', 'speaker']]
])('a way of %i hops is drawn with each node that is on it', (hops, labels) => {
  expect(wayOf(listening(hops)).nodes.map(node => node.label)).toEqual(labels)
})

it('everything stays inside of the drawing, at every width', () => {
  for (const width of widths) {
    for (const hops of [1, 2, 4, 9]) {
      for (const count of [1, 2, 6]) {
        const { nodes, others, height } = layOut(listening(hops, count), width)
        for (const { x, y } of [...nodes, ...others]) {
          expect(x).toBeGreaterThan(20)
          expect(x).toBeLessThan(width - 10)
          expect(y).toBeGreaterThan(0)
          expect(y).toBeLessThan(height)
        }
      }
    }
  }
})

it('sound runs towards this tab when it listens, and away from it when it publishes', () => {
  const heard = layOut(listening(3), 600)
  expect(heard.flow.startsWith(`M${heard.nodes.at(-1)?.x.toFixed(1)},`)).toBe(true)
  const spoken = layOut(publishing(['peer-1']), 600)
  expect(spoken.nodes.map(node => node.peer)).toEqual(['self', 'peer-1', undefined])
  expect(spoken.flow.startsWith(`M${spoken.nodes[0]?.x.toFixed(1)},`)).toBe(true)
})

it('nothing moves while nobody listens to what is published', () => {
  expect(layOut(publishing([]), 600).flow).toBe('')
})

it('neighbours beside the way are drawn once, and those without room are counted', () => {
  const layout = layOut(listening(2, 6), 900)
  expect(layout.others.map(other => other.peer)).toEqual(['peer-1', 'peer-2', 'peer-3'])
  expect(layout.hidden).toBe(2)
})
