import { expect, it } from 'vitest'
import { readQuery } from './query.ts'

function read(query: string) {
  return readQuery(new URL(`http://127.0.0.1:7480/${query}`))
}

it('asks the relay that served the page, for the channel demo, unless told otherwise', () => {
  expect(read('')).toEqual({
    channel: 'demo',
    relays: ['http://127.0.0.1:7480'],
    transport: undefined,
    raw: false
  })
})

it('reads channel, relays, transport and raw', () => {
  expect(
    read('?channel=news&relay=https://a.example&relay=/dns4/b.example/tcp/443/tls/ws&transport=ws&raw')
  ).toEqual({
    channel: 'news',
    relays: ['https://a.example', '/dns4/b.example/tcp/443/tls/ws'],
    transport: 'websocket',
    raw: true
  })
  expect(read('?transport=webrtc').transport).toBe('webrtc-direct')
})

it('names a transport that does not exist, and those that do', () => {
  expect(() => read('?transport=quic')).toThrow(/transport=quic.*ws or webrtc/)
})
