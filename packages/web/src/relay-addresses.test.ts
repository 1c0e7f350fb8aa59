import { describe, expect, it } from 'vitest'
import { checkRelay, dialGroups, relayAddresses, transportOf } from './relay-addresses.ts'

const peer = '12D3KooWJ9UhKpJWH98qAbQjygBGYsCgnAsEYL1PsPvn4mg3PwX1'
const certhash = 'uEiC-thEir9nonKjWRlrTr5DG5iTD99IArHOIjWwLbDnXJA'
const tcp = `/ip4/192.0.2.1/tcp/7400/p2p/${peer}`
const ws = `/ip4/192.0.2.1/tcp/7401/ws/p2p/${peer}`
const wss = `/dns4/relay.example/tcp/443/tls/ws/p2p/${peer}`
const webrtc = `/ip4/192.0.2.1/udp/7400/webrtc-direct/certhash/${certhash}/p2p/${peer}`
const loopbackWs = `/ip4/127.0.0.1/tcp/7401/ws/p2p/${peer}`

describe('dialGroups', () => {
  it('tries WebRTC-direct before WebSocket, and leaves out what a browser cannot dial', () => {
    expect(dialGroups([tcp, ws, webrtc, wss], { securePage: false })).toEqual([[webrtc], [ws, wss]])
  })

  it('keeps to the transport that was asked for', () => {
    expect(dialGroups([ws, webrtc], { transport: 'websocket', securePage: false })).toEqual([[ws]])
    expect(dialGroups([ws], { transport: 'webrtc-direct', securePage: false })).toEqual([])
  })

  it('leaves out plain WebSockets on an https page, except to this machine', () => {
    expect(dialGroups([ws, wss, loopbackWs], { securePage: true })).toEqual([[wss, loopbackWs]])
  })

  it('leaves out the loopback addresses of a relay that is on another machine', () => {
    const addresses = [loopbackWs, ws]
    expect(dialGroups(addresses, { securePage: false, host: 'relay.example' })).toEqual([[ws]])
    expect(dialGroups(addresses, { securePage: false, host: 'localhost' })).toEqual([[loopbackWs, ws]])
    expect(dialGroups(addresses, { securePage: false, host: '[::1]' })).toEqual([[loopbackWs, ws]])
  })
})

describe('transportOf', () => {
  it('takes WebRTC-direct only with the hash of its certificate, and nothing over a circuit', () => {
    expect(transportOf(webrtc)).toBe('webrtc-direct')
    expect(transportOf('/ip4/192.0.2.1/udp/7400/webrtc-direct')).toBeUndefined()
    expect(transportOf(`${ws}/p2p-circuit`)).toBeUndefined()
    expect(transportOf(tcp)).toBeUndefined()
  })
})

describe('checkRelay', () => {
  it('names what is neither URL nor multiaddr', () => {
    expect(() => checkRelay('relay.example')).toThrow(/"relay\.example" is not a relay/)
    expect(() => checkRelay('ftp://relay.example')).toThrow(TypeError)
    expect(() => checkRelay('/ip4/nonsense')).toThrow(/"\/ip4\/nonsense" is not a multiaddr/)
    expect(() => checkRelay('https://relay.example')).not.toThrow()
    expect(() => checkRelay(ws)).not.toThrow()
  })
})

describe('relayAddresses', () => {
  it('takes a multiaddr as it is', async () => {
    expect(await relayAddresses(ws, new AbortController().signal)).toEqual([ws])
  })
})
