import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, test } from 'vitest'
import type { PeerId } from '../ids.ts'
import { contactAddresses, dialable, withinReach } from './addresses.ts'

const id = '12D3KooWGZ72bkBfFsvTLpd2hbJjYbFv7N3zTNyV6Wq2ySckQpLb' as PeerId
const other = '12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X'
const certificate = 'certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g'

const machine = ['/ip4/127.0.0.1/tcp/1', '/ip6/::1/tcp/1', '/dns4/localhost/tcp/1']
const network = [
  '/ip4/10.0.0.1/tcp/1',
  '/ip4/172.16.0.1/tcp/1',
  '/ip4/192.168.1.1/tcp/1',
  '/ip4/100.64.0.1/tcp/1',
  '/ip4/169.254.0.1/tcp/1',
  '/ip6/fd00::1/tcp/1',
  '/ip6/fe80::1/tcp/1',
  '/dns4/box.local/tcp/1',
  '/dns4/box/tcp/1'
]
const world = [
  '/ip4/192.0.2.1/tcp/1',
  '/ip4/172.32.0.1/tcp/1',
  '/ip6/2001:db8::1/tcp/1',
  '/dns4/a.example/tcp/1/tls/ws'
]
const nowhere = [
  'somewhere',
  '/ip4/0.0.0.0/tcp/1',
  '/ip4/255.255.255.255/tcp/1',
  '/ip6/::/tcp/1',
  '/ip6/ff02::1/tcp/1',
  '/ip6/::ffff:10.0.0.1/tcp/1',
  '/unix/tmp%2fsocket',
  '/dnsaddr/a.example',
  `/ip4/192.0.2.1/tcp/1/p2p/${other}/p2p-circuit`
]
const all = [...machine, ...network, ...world, ...nowhere]

describe('PEERS between two nodes keeps', () => {
  const passed = (via: string) => {
    const message = { type: 'peers' as const, peers: [{ peer: id, addresses: all, server: false }] }
    return withinReach(message, multiaddr(via))?.peers.flatMap(({ addresses }) => addresses)
  }

  test('addresses of this machine on this machine only', () => {
    expect(passed('/ip4/127.0.0.1/tcp/9')).toEqual([...machine, ...network, ...world])
  })

  test('addresses of a private network within one only', () => {
    expect(passed('/ip4/192.168.1.7/tcp/9/ws')).toEqual([...network, ...world])
    expect(passed('/ip4/192.0.2.7/udp/9/webrtc-direct')).toEqual(world)
    expect(passed('/dns4/relay.example/tcp/443/wss')).toEqual(world)
  })

  test('only those that everyone can dial where it is not known how the two are connected', () => {
    expect(passed(`/ip4/192.168.1.7/tcp/9/p2p/${other}/p2p-circuit/webrtc`)).toEqual(world)
  })

  test('addresses that may be dialled, and peers that have one', () => {
    const peers = [
      { peer: id, addresses: [...machine, ...world], server: true },
      { peer: other as PeerId, addresses: network, server: false }
    ]
    const isWebSocket = (address: string) => address.endsWith('/ws')
    expect(withinReach({ type: 'peers', peers }, multiaddr('/ip4/127.0.0.1/tcp/9'), isWebSocket)).toEqual({
      type: 'peers',
      peers: [{ peer: id, addresses: ['/dns4/a.example/tcp/1/tls/ws'], server: true }]
    })
  })

  test('one that names nobody, for it asks; but not what has nobody left', () => {
    const via = multiaddr('/ip4/192.0.2.7/tcp/9')
    const ask = { type: 'peers' as const, peers: [] }
    expect(withinReach(ask, via)).toEqual(ask)
    const told = { ...ask, peers: [{ peer: id, addresses: network, server: false }] }
    expect(withinReach(told, via)).toBe(undefined)
  })
})

describe('Of the addresses of a neighbour', () => {
  const chosen = (...addresses: string[]) => contactAddresses(addresses.map(address => multiaddr(address)))

  test('four are told: the widest reach first, and of each transport one before the second', () => {
    const at = (ip: string) => [
      `/ip4/${ip}/tcp/7400`,
      `/ip4/${ip}/tcp/7401/ws`,
      `/ip4/${ip}/udp/7400/webrtc-direct/${certificate}`
    ]
    expect(chosen(...at('127.0.0.1'), ...at('10.0.0.1'), ...at('192.0.2.1'))).toEqual([
      ...at('192.0.2.1'),
      '/ip4/10.0.0.1/tcp/7400'
    ])
  })

  test('none is told twice, none with a peer id, and none that nobody can dial or that is too long', () => {
    const long = `/dns4/${'a'.repeat(260)}.example/tcp/1`
    const dialled = `/ip4/192.0.2.1/tcp/1/p2p/${id}`
    const unusable = nowhere.filter(address => address.startsWith('/'))
    expect(chosen(dialled, '/ip4/192.0.2.1/tcp/1', long, ...unusable)).toEqual(['/ip4/192.0.2.1/tcp/1'])
  })
})

test('A peer is dialled where it is said to be, and as itself whatever id is given', () => {
  const addresses = [`/ip4/192.0.2.1/tcp/1/p2p/${other}`, '/ip4/192.0.2.2/tcp/1', ...nowhere]
  expect(dialable(id, addresses).map(String)).toEqual([
    `/ip4/192.0.2.1/tcp/1/p2p/${id}`,
    `/ip4/192.0.2.2/tcp/1/p2p/${id}`
  ])
})
