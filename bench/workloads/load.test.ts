import { expect, test } from 'vitest'
import { channelsTaken } from './load.ts'

test('Channels are spread evenly over subscribers, each to as many as it has takers', () => {
  const load = { publishers: 1, payloadBytes: 16, perSecond: 50 }
  const taken = channelsTaken({ ...load, channels: 200, subscribers: 50, takers: 5 })
  expect(new Set(taken.map(channels => channels.length))).toEqual(new Set([20]))
  expect(taken.flat().filter(channel => channel === 'channel-7')).toHaveLength(5)
  for (const channels of taken) expect(new Set(channels).size).toBe(20)
})
