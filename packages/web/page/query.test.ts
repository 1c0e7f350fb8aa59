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
    neighbours: undefined,
    raw: false
  })
})

it('reads channel, relays, transport, neighbours and raw', () => {
  expect(
    read(
      '?channel=news&relay=https://a.example&relay=/dns4/b.example/tcp/443/tls/ws&transport=ws&neighbours=0&raw'
    )
  ).toEqual({
    channel: 'news',
    relays: ['https://a.example', '/dns4/b.example/tcp/443/tls/ws'],
    transport: 'websocket',
    neighbours: 0,
    raw: true
  })
  expect(read('?transport=webrtc').transport).toBe('webrtc-direct')
})

it('names a transport that does not exist, and those that do', () => {
  expect(() => read('?transport=quic')).toThrow(/transport=quic.*ws or webrtc/)
})

it('names a number of neighbours that cannot be', () => {
  for (const count of ['', '-1', '1.5', '129', 'many']) {
    expect(() => read(`?neighbours=${count}`)).toThrow(`neighbours=${count}: use a number from 0 to 128`)
  }
})
