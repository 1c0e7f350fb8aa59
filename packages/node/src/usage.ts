import { defaultConfig, neighbourLimits } from '@hopcast/protocol'
import type { CommandName } from './command-line.ts'

export const generalUsage = `hopcast: live voice over a network of peers

Usage:
  hopcast relay   [options]            carry other people's streams, and serve the web page
  hopcast publish CHANNEL [options]    send a microphone, a file or a tone
  hopcast listen  CHANNEL [options]    receive, and record or play

  hopcast COMMAND --help               the options of a command
  hopcast --version

Try:
  hopcast relay
  hopcast publish news --mic --peer /ip4/192.0.2.7/tcp/7400
  hopcast listen news --play --peer /ip4/192.0.2.7/tcp/7400
`

const commonOptions = `  --peer MULTIADDR     connect to this node, and again whenever it is lost (repeatable)
  --no-discovery       connect only to the peers that are named; without it, also to relays on the local network
  --json               one JSON object per line on standard output, for programs
  --help               this text
`

export const commandUsage: Record<CommandName, string> = {
  relay: `Usage: hopcast relay [options]

Carries streams between the nodes that connect to it, and serves the web page.

  --listen MULTIADDR   accept connections here (repeatable; port 0 takes any free one). Without it:
                         /ip4/0.0.0.0/tcp/7400              other nodes
                         /ip4/0.0.0.0/tcp/7401/ws           browsers, by WebSocket
                         /ip4/0.0.0.0/udp/7400/webrtc-direct  browsers, by WebRTC
  --neighbours N       have N neighbours (up to ${neighbourLimits.discoveredMax}): dial others that neighbours tell of, while there are fewer. Without
                         it, only those named by --peer and found on the local network are dialled
  --neighbours-max N   have N neighbours at most (default ${defaultConfig.neighboursMax}, up to ${neighbourLimits.placesMax}), about 0.3 MB each
  --uplink RATE        send at most so much for others, in bits per second: 500k, 20M. Whom there is no room for is sent
                       to others that have it. Without it there is no limit
  --http HOST:PORT     page, /api/status, /metrics, /healthz (default 127.0.0.1:7480; port 0 takes any free one)
  --identity FILE      keep the node's key in FILE, made when it is missing; without it, a new identity each time
${commonOptions}`,
  publish: `Usage: hopcast publish CHANNEL (--mic [DEVICE] | --file PATH [--loop] | --tone HZ) [options]

Sends a voice on CHANNEL: Opus, 48 kHz, in frames of 20 ms.

  --mic [DEVICE]       the system's microphone, or the one that its recorder calls DEVICE
  --file PATH          a WAV, MP3, Ogg, FLAC or MP4 file, in real time; ends with the file
  --loop               start the file again when it ends
  --tone HZ            a sine of 20 to 20000 Hz, for trying out
  --duration S         stop after S seconds
${commonOptions}`,
  listen: `Usage: hopcast listen CHANNEL [--out FILE] [--play] [options]

Receives CHANNEL from whoever publishes it, now or later, until it is stopped.

  --out FILE           record to FILE: .ogg (as it was sent) or .wav (decoded). An existing file is replaced
                       when the first sound arrives, not before
  --play               play on the system's loudspeaker
  --duration S         stop after S seconds; it is a failure if nothing came by then
${commonOptions}`
}
