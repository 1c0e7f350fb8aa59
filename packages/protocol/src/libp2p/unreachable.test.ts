import { describe, expect, test } from 'vitest'
import { reasonOf } from './unreachable.ts'

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}

describe('The reason why a peer is unreachable', () => {
  test.each([
    [
      new Error('connection error 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1'),
      'nothing listens there (ECONNREFUSED)'
    ],
    [
      new Error('connection error relay.invalid:1: getaddrinfo ENOTFOUND relay.invalid'),
      'the host name is not known (ENOTFOUND)'
    ],
    [named('TimeoutError', 'The operation was aborted due to timeout'), 'no answer in time'],
    [named('EncryptionFailedError', 'The operation was aborted due to timeout'), 'no answer in time'],
    [named('UnsupportedProtocolError', 'Protocol selection failed'), 'it does not speak hopcast'],
    [
      named('EncryptionFailedError', 'Unexpected Peer'),
      'another node answers there than the address names after /p2p/'
    ],
    [
      named('EncryptionFailedError', 'Encryption failed'),
      'what answers there is no libp2p node (Encryption failed)'
    ],
    [
      named('EncryptionFailedError', 'Unexpected EOF - stream closed while reading 0/1 bytes'),
      'what answers there is no libp2p node, or one by WebSocket, whose address ends in /ws'
    ],
    [
      named('EncryptionFailedError', 'Early muxer negotiation was requested but … no common muxers'),
      'the two have no stream muxer in common: this node needs streamMuxers: [yamux()]'
    ],
    [
      named('InvalidPeerIdError', 'Can not dial self'),
      'that is this node itself, or another one that uses the same identity'
    ],
    [
      new Error('Unexpected EOF - stream closed while reading 0/1 bytes'),
      'it closed the connection at once, as one that is full does'
    ]
  ])('is in words for %o', (error, reason) => {
    expect(reasonOf(error)).toBe(reason)
  })

  test('is that of the first address where each has one', () => {
    expect(reasonOf(new AggregateError([new Error('connect ECONNREFUSED'), new Error('other')]))).toBe(
      'nothing listens there (ECONNREFUSED)'
    )
  })

  test('is read from the event that a WebSocket fails with', () => {
    expect(reasonOf({ type: 'error', message: 'connect ECONNREFUSED 127.0.0.1:1' })).toBe(
      'nothing listens there (ECONNREFUSED)'
    )
    expect(reasonOf(new Event('error'))).toBe('the connection failed')
  })
})
