/** Relays that browsers can reach, as real processes. */
import type { Status } from '@hopcast/protocol/libp2p'
import type { Program, Relay, Stage } from '../../interop/process.ts'

const forBrowsers = ['--listen', '/ip4/127.0.0.1/tcp/0/ws', '--listen', '/ip4/127.0.0.1/udp/0/webrtc-direct']

export function startRelay(stage: Stage, peers: Relay[] = []): Promise<Relay> {
  return stage.relay(peers, forBrowsers)
}

/** Three relays, each of which knows only the one before it. */
export async function startLine(stage: Stage): Promise<[Relay, Relay, Relay]> {
  const first = await startRelay(stage)
  const second = await startRelay(stage, [first])
  return [first, second, await startRelay(stage, [second])]
}

/** `hopcast publish` or `hopcast listen`, which knows only this relay. */
export function startAt(stage: Stage, relay: Relay, ...args: string[]): Program {
  return stage.start([...args, '--peer', relay.address, '--no-discovery', '--json'])
}

/** What the relay says of itself. */
export async function statusOf(relay: Relay): Promise<Status> {
  const response = await fetch(new URL('/api/status', relay.http))
  return (await response.json()) as Status
}
