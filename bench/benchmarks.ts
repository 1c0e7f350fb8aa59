/** All that can be measured. */
import type { Benchmark } from './benchmark.ts'
import { copyTcp, copyTls } from './contestants/copy-loop.ts'
import { gossipsub, gossipsubTls } from './contestants/gossipsub.ts'
import { icecast } from './contestants/icecast.ts'
import { libp2pSend } from './contestants/libp2p-send.ts'
import { mosquitto } from './contestants/mosquitto.ts'
import { natsPlain, natsTls } from './contestants/nats.ts'
import { churn } from './workloads/churn.ts'
import { core } from './workloads/core.ts'
import { line } from './workloads/line.ts'
import { memory } from './workloads/memory.ts'
import { newcomer } from './workloads/newcomer.ts'
import { type Peer, relaying } from './workloads/relaying.ts'
import { slowChild } from './workloads/slow-child.ts'
import { start } from './workloads/start.ts'

/** Those that encrypt, as ours does, come first. The others show what encryption costs. */
const floodPeers: Peer[] = [
  { contestant: natsTls, goals: { cpu: 1 } },
  { contestant: gossipsub, goals: { cpu: 1 / 50 } },
  { contestant: gossipsubTls, goals: {} },
  { contestant: mosquitto, goals: {} },
  { contestant: copyTls, goals: {} },
  { contestant: natsPlain, goals: {} },
  { contestant: copyTcp, goals: {} }
]
const pacedPeers: Peer[] = [
  { contestant: natsTls, goals: { cpu: 1, p50: 1.5, p99: 2 } },
  { contestant: gossipsub, goals: { cpu: 1 / 3 } },
  { contestant: gossipsubTls, goals: {} },
  { contestant: mosquitto, goals: {} },
  { contestant: copyTls, goals: {} }
]

export const benchmarks: readonly Benchmark[] = [
  fanout(10, 1_200),
  fanout(10, 200),
  fanout(100, 200),
  paced(10, 200, 1_000),
  paced(50, 200, 500),
  relaying({
    name: 'channels-200',
    about: '200 channels of 50 messages a second, as audio has them, each to 5 of 50 subscribers',
    load: { channels: 200, publishers: 20, subscribers: 50, takers: 5, payloadBytes: 120, perSecond: 50 },
    peers: [
      { contestant: natsTls, goals: { cpu: 1 } },
      { contestant: mosquitto, goals: {} }
    ]
  }),
  relaying({
    name: 'listeners-200',
    about: 'one audio channel of 50 messages a second to 200 subscribers, as internet radio has them',
    load: { ...oneChannel(200, 120), perSecond: 50 },
    peers: [
      { contestant: icecast, goals: {} },
      { contestant: natsTls, goals: {} },
      { contestant: copyTls, goals: {} }
    ]
  }),
  overTransport('ws', 'WebSocket', 1 / 5),
  overTransport('webrtc', 'WebRTC-direct', 1 / 2),
  line,
  slowChild,
  newcomer,
  memory,
  churn,
  core,
  start
]

/** As many messages as the relay takes. */
function fanout(subscribers: number, payloadBytes: number): Benchmark {
  return relaying({
    name: `fanout-${subscribers}x${payloadBytes}`,
    about: `1 publisher to ${subscribers} subscribers, ${payloadBytes} bytes each, as many as get through`,
    load: { ...oneChannel(subscribers, payloadBytes), perSecond: undefined },
    peers: floodPeers
  })
}

function paced(subscribers: number, payloadBytes: number, perSecond: number): Benchmark {
  return relaying({
    name: `paced-${subscribers}x${payloadBytes}@${perSecond}`,
    about: `1 publisher to ${subscribers} subscribers, ${payloadBytes} bytes each, ${perSecond} a second`,
    load: { ...oneChannel(subscribers, payloadBytes), perSecond },
    peers: pacedPeers
  })
}

/** To subscribers that come as tabs do. */
function overTransport(name: 'ws' | 'webrtc', readable: string, atMost: number): Benchmark {
  return relaying({
    name: `${name}-10x1200`,
    about: `1 publisher to 10 subscribers over ${readable}, 1200 bytes each, as many as get through`,
    load: {
      ...oneChannel(10, 1_200),
      perSecond: undefined,
      transport: name === 'ws' ? 'websocket' : 'webrtc-direct'
    },
    peers: [{ contestant: libp2pSend, goals: { cpu: atMost } }]
  })
}

function oneChannel(subscribers: number, payloadBytes: number) {
  return { channels: 1, publishers: 1, subscribers, takers: subscribers, payloadBytes }
}
