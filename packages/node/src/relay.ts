import type { Status } from '@hopcast/protocol/libp2p'
import type { RelayCommand } from './command-line.ts'
import { type Identity, loadIdentity, temporaryIdentity } from './identity.ts'
import { startNode } from './libp2p.ts'
import type { Lifetime } from './lifetime.ts'
import { reportNeighbours } from './neighbour-reports.ts'
import type { Output } from './output.ts'
import type { RelayStats } from './reports.ts'
import { startWebServer } from './web-server.ts'

const defaultListen = [
  '/ip4/0.0.0.0/tcp/7400',
  '/ip4/0.0.0.0/tcp/7401/ws',
  '/ip4/0.0.0.0/udp/7400/webrtc-direct'
]

/** A large relay's status takes a while to collect: not ten times a second, as a level meter wants it. */
const statsIntervalMs = 1000

/** `hopcast relay`: carries streams until it is stopped. */
export async function relay(command: RelayCommand, output: Output, lifetime: Lifetime): Promise<number> {
  const identity = await identityFor(command, output)
  const listen = command.listen.length > 0 ? command.listen : defaultListen
  const { peers, discovery, neighbours, neighboursMax, uplinkBps } = command
  const limits = { neighboursMax, uplinkBps }
  const node = await startNode({ identity, listen, peers, discovery, server: true, neighbours, ...limits })
  try {
    const web = await startWebServer({
      address: command.http,
      addresses: node.addresses,
      status: () => node.hopcast.status()
    })
    try {
      output.report({
        type: 'listening',
        peerId: node.hopcast.peerId,
        addresses: node.addresses(),
        http: web.url
      })
      reportNeighbours(node.hopcast, output)
      node.connect()
      const ticker = setInterval(
        () => output.stats(statsOf(node.hopcast.status())),
        Math.max(output.statsIntervalMs, statsIntervalMs)
      )
      await lifetime.over()
      clearInterval(ticker)
      await node.hopcast.leave()
      return 0
    } finally {
      web.close()
    }
  } finally {
    await node.stop()
  }
}

async function identityFor({ identity: path }: RelayCommand, output: Output): Promise<Identity> {
  if (path === undefined) {
    output.log('this identity is temporary: --identity FILE keeps one, and with it the addresses')
    return temporaryIdentity()
  }
  const { identity, isNew, isOpen } = await loadIdentity(path)
  if (isNew) output.log(`made a new identity in ${path}`)
  if (isOpen) output.log(`others can read identity file ${path}: run "chmod 600" on it`)
  return identity
}

function statsOf({ neighbours, streams, counters: { objectsReceived, objectsSent } }: Status): RelayStats {
  return {
    type: 'stats',
    role: 'relay',
    neighbours: neighbours.length,
    streams: streams.length,
    objectsReceived,
    objectsSent
  }
}
