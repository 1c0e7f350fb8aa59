import { tryLoadCodecs } from './codecs.ts'
import type { ListenCommand } from './command-line.ts'
import { temporaryIdentity } from './identity.ts'
import { type Node, startNode } from './libp2p.ts'
import type { Lifetime } from './lifetime.ts'
import { Loudspeaker } from './loudspeaker.ts'
import { reportNeighbours } from './neighbour-reports.ts'
import type { Output } from './output.ts'
import { ReceivedLevel } from './received-level.ts'
import { type FrameSink, Reception } from './reception.ts'
import { RecordingFile } from './recording-file.ts'

/** `hopcast listen`: receives a channel until its time is over or it is stopped. */
export async function listen(command: ListenCommand, output: Output, lifetime: Lifetime): Promise<number> {
  lifetime.limit(command.durationS)
  const level = output.live && (await tryLoadCodecs()) ? new ReceivedLevel() : undefined
  const sinks: FrameSink[] = level === undefined ? [] : [level]
  try {
    if (command.out !== undefined) {
      const file = await RecordingFile.open(command.out)
      if (file.replaces) output.log(`${command.out.path} will be replaced when the first sound arrives`)
      sinks.push(file)
    }
    if (command.play) sinks.push(await Loudspeaker.open(message => output.log(message)))
    const { peers, discovery } = command
    const node = await startNode({ identity: await temporaryIdentity(), listen: [], peers, discovery })
    try {
      const reception = new Reception(output, sinks)
      await receive({ command, output, lifetime, node, reception, level })
      return conclude(command, output, lifetime, reception)
    } finally {
      await node.stop()
    }
  } finally {
    for (const sink of sinks) await sink.close()
  }
}

interface Receiving {
  command: ListenCommand
  output: Output
  lifetime: Lifetime
  node: Node
  reception: Reception
  level: ReceivedLevel | undefined
}

async function receive({ command, output, lifetime, node, reception, level }: Receiving): Promise<void> {
  const subscription = node.hopcast.subscribe(command.channel)
  output.report({ type: 'subscribed', channel: subscription.channel, peerId: node.hopcast.peerId })
  if (command.peers.length === 0 && !command.discovery) {
    output.log('nothing can come: discovery is off and no --peer is named')
  }
  const stopReports = reportNeighbours(node.hopcast, output)
  node.connect()
  const ticker = setInterval(
    () => output.stats(reception.stats(level?.take() ?? null, node.hopcast.status().neighbours.length)),
    output.statsIntervalMs
  )
  void lifetime.over().then(() => subscription.close())
  try {
    for await (const event of subscription) await reception.handle(event)
  } finally {
    clearInterval(ticker)
    stopReports()
    subscription.close()
  }
}

function conclude(command: ListenCommand, output: Output, lifetime: Lifetime, reception: Reception): number {
  const summary = reception.summary()
  const failed = lifetime.end === 'duration' && summary.frames === 0
  if (failed) {
    output.fail(
      `nothing came on "${command.channel}" within ${command.durationS} s: is somebody publishing it, ` +
        'and does a --peer lead there?'
    )
  }
  output.report(summary)
  return failed ? 1 : 0
}
