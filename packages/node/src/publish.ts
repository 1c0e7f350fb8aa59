import {
  type AudioTrack,
  encodeCatalog,
  type Pcm,
  ratesOf,
  samplesPerFrame,
  voiceCatalog
} from '@hopcast/media'
import type { Hopcast } from '@hopcast/protocol/libp2p'
import { pipe } from 'it-pipe'
import { Broadcast } from './broadcast.ts'
import { loadCodecs } from './codecs.ts'
import type { PublishCommand } from './command-line.ts'
import { temporaryIdentity } from './identity.ts'
import { type Node, startNode } from './libp2p.ts'
import type { Lifetime } from './lifetime.ts'
import { reportNeighbours } from './neighbour-reports.ts'
import type { Output } from './output.ts'
import { inBlocksOf } from './source/blocks.ts'
import { openSource } from './source/open-source.ts'
import { pace } from './source/pace.ts'
import { until } from './source/until.ts'
import type { VoiceSource } from './source/voice-source.ts'

/** A file waits this long for a named peer, and then for a listener behind it, so that they hear its beginning. */
const peerWaitMs = 5000
/** Of that, before it is told. */
const silentWaitMs = 500
const listenerWaitMs = 2000
const pollMs = 20

/** `hopcast publish`: sends a voice until its source ends, its time is over or it is stopped. */
export async function publish(command: PublishCommand, output: Output, lifetime: Lifetime): Promise<number> {
  await loadCodecs()
  const { peers, discovery } = command
  const node = await startNode({ identity: await temporaryIdentity(), listen: [], peers, discovery })
  try {
    const catalog = voiceCatalog()
    const [track] = catalog.tracks
    if (track === undefined) throw new TypeError('a voice catalog without a track')
    // Only what is really there is announced. And last: a microphone's sound would wait for the node to start.
    const source = await openSource(command.source, track.channels, output)
    try {
      const publication = node.hopcast.publish(command.channel, {
        catalog: encodeCatalog(catalog),
        tracks: [track.id],
        rates: ratesOf(catalog)
      })
      const broadcast = await Broadcast.start(publication, track)
      return await send({ command, output, lifetime, node, track, broadcast, source })
    } finally {
      await source.close()
    }
  } finally {
    await node.stop()
  }
}

/** What belongs to one run of the command. */
interface Session {
  command: PublishCommand
  output: Output
  lifetime: Lifetime
  node: Node
  track: AudioTrack
  broadcast: Broadcast
  source: VoiceSource
}

async function send(session: Session): Promise<number> {
  const { command, output, lifetime, node, broadcast, source } = session
  announce(session)
  const audience = new Audience(node.hopcast)
  const stopReports = reportNeighbours(node.hopcast, output)
  node.connect()
  if (source.waits && command.peers.length > 0) await waitForListener(audience, session)
  lifetime.limit(command.durationS)
  const ticker = setInterval(() => output.stats(broadcast.stats(audience.neighbours)), output.statsIntervalMs)
  try {
    await pipe(
      source.pcm,
      inBlocksOf(samplesPerFrame),
      pace({ speed: source.speed }),
      until<Pcm>(lifetime.signal),
      broadcast.send
    )
  } finally {
    clearInterval(ticker)
    await broadcast.end()
    stopReports()
  }
  const reached = audience.wasThere || command.peers.length === 0 || lifetime.end === 'signal'
  if (!reached) output.fail('none of the named peers could be reached: nobody heard this')
  output.report({ type: 'summary', frames: broadcast.frames })
  return reached ? 0 : 1
}

/** How many neighbours there are, and whether there ever was one. */
class Audience {
  neighbours = 0
  wasThere = false

  constructor(hopcast: Hopcast) {
    this.neighbours = hopcast.status().neighbours.length
    hopcast.on(({ type }) => {
      if (type === 'neighbour-up') this.neighbours++
      if (type === 'neighbour-down') this.neighbours--
      this.wasThere ||= this.neighbours > 0
    })
  }
}

function announce({ command, output, node, track, broadcast, source }: Session): void {
  output.report({
    type: 'publishing',
    channel: broadcast.publication.channel,
    peerId: node.hopcast.peerId,
    epoch: broadcast.publication.epoch,
    source: source.description,
    codec: track.codec,
    channels: track.channels,
    bitrate: track.bitrate
  })
  if (command.peers.length === 0 && !command.discovery) {
    output.log('nobody can hear this: discovery is off and no --peer is named')
  }
}

async function waitForListener(audience: Audience, { broadcast, output, lifetime }: Session): Promise<void> {
  const isConnected = () => audience.neighbours > 0
  if (!(await waitFor(isConnected, silentWaitMs, lifetime)) && lifetime.end === undefined) {
    output.log(`waiting up to ${peerWaitMs / 1000} s for a peer, so that the file's beginning is heard`)
    await waitFor(isConnected, peerWaitMs - silentWaitMs, lifetime)
  }
  if (lifetime.end !== undefined) return
  if (isConnected()) await waitFor(() => broadcast.publication.children > 0, listenerWaitMs, lifetime)
  else output.log('no peer yet: the file starts all the same, and the peers are tried on')
}

/** @returns whether it came true in time */
async function waitFor(condition: () => boolean, ms: number, lifetime: Lifetime): Promise<boolean> {
  const untilMs = performance.now() + ms
  while (!condition()) {
    if (performance.now() >= untilMs || lifetime.end !== undefined) return false
    await new Promise(resolve => setTimeout(resolve, pollMs))
  }
  return true
}
