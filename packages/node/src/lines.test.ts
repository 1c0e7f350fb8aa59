import { describe, expect, test } from 'vitest'
import { meter, routeText, shortPeer, statsText } from './lines.ts'

describe('For people', () => {
  test('the level is a bar between silence and full scale', () => {
    expect(meter(0)).toBe('████████████    0 dB')
    expect(meter(-24)).toBe('██████░░░░░░  -24 dB')
    expect(meter(null)).toBe('░░░░░░░░░░░░  silent')
    expect(new Set([0, -3.7, -48, -90, null].map(level => meter(level).length))).toEqual(new Set([20]))
  })

  test('the route is told from the listener on', () => {
    const peer = '12D3KooWabcdefghijklmnop'
    expect(shortPeer(peer)).toBe('…klmnop')
    expect(routeText(peer, 1)).toBe('you ← …klmnop, the publisher')
    expect(routeText(peer, 2)).toBe('you ← …klmnop ← publisher')
    expect(routeText(peer, 4)).toBe('you ← …klmnop ← 2 more ← publisher')
  })

  test('a listener without a way says what it waits for', () => {
    const counts = { frames: 7, lost: 0, duplicates: 0, outOfOrder: 0 }
    const idle = { bitrate: 0, levelDb: null, latencyMs: null, hops: null, upstream: null }
    const text = (neighbours: number) =>
      statsText({ type: 'stats', role: 'listen', ...counts, ...idle, neighbours })
    expect(text(0)).toBe('7 frames · not connected')
    expect(text(2)).toBe('7 frames · waiting for a publisher')
  })
})
