import { once } from 'node:events'
import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { yamux } from '@hopcast/protocol/libp2p'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { expect, onTestFinished, test } from 'vitest'
import { socketTls } from './socket-tls.ts'

test('takes the first of TLS when it comes together with the choice of protocol', async () => {
  const listener = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [socketTls()],
    streamMuxers: [yamux()]
  })
  onTestFinished(() => listener.stop())
  const port = Number(/tcp\/(\d+)/.exec(`${listener.getMultiaddrs()[0]}`)?.[1])
  // As multistream-select has it: a length, and a text with a newline.
  const proposal = Buffer.from('\x13/multistream/1.0.0\n\x0b/tls/1.0.0\n')
  const socket = connect(port, '127.0.0.1')
  const carrier = new Duplex({
    read: () => {},
    write: (chunk, _, done) => {
      // The first is the ClientHello: the proposal goes in front of it.
      socket.write(isFirst ? Buffer.concat([proposal, chunk]) : chunk)
      isFirst = false
      done()
    }
  })
  let isFirst = true
  let answer = Buffer.alloc(0)
  socket.on('data', bytes => {
    answer = Buffer.concat([answer, bytes])
    if (answer.length <= proposal.length) return
    carrier.push(answer.subarray(proposal.length))
    proposal.copy(answer)
    answer = answer.subarray(0, proposal.length)
  })
  const secured = connectTls({
    socket: carrier,
    rejectUnauthorized: false,
    ALPNProtocols: ['/yamux/1.0.0']
  })
  await once(secured, 'secureConnect')
  expect(secured.alpnProtocol).toBe('/yamux/1.0.0')
  secured.on('error', () => {})
  socket.destroy()
})
