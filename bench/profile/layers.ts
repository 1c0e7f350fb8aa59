/** Where a relay's processor time goes, layer by layer, from what `node --cpu-prof` writes. */

/** V8's format, as much of it as is read here. Times are microseconds of this machine's monotonic clock. */
export interface CpuProfile {
  nodes: { id: number; callFrame: CallFrame; children?: number[] }[]
  startTime: number
  samples: number[]
  /** Of each sample, since the one before. */
  timeDeltas: number[]
}

/** A function. Line and column count from 0. */
export interface CallFrame {
  functionName: string
  url: string
  lineNumber: number
  columnNumber: number
}

export interface Layer {
  layer: string
  us: number
}

/** The first that matches counts; a file's place says which layer it is. */
const places: [RegExp, string][] = [
  [/\/packages\/protocol\/(src|dist)\/libp2p\/yamux\//, 'hopcast, muxer'],
  [/\/packages\/protocol\/(src|dist)\/libp2p\//, 'hopcast, driver'],
  [/\/packages\/protocol\/(src|dist)\/wire\//, 'hopcast, wire'],
  [/\/packages\/protocol\//, 'hopcast, core'],
  [/\/packages\/node\//, 'hopcast, daemon'],
  [/\/node_modules\/sodium-native\//, 'encryption'],
  [/\/node_modules\/@libp2p\/yamux\//, 'yamux'],
  [/\/node_modules\/@libp2p\/noise\//, 'libp2p, Noise'],
  [/\/node_modules\/node-datachannel\//, 'WebRTC, native'],
  [/\/node_modules\/(@libp2p\/webrtc|protons-runtime)\//, 'libp2p, WebRTC'],
  [/\/node_modules\/(@libp2p\/websockets|ws)\//, 'WebSocket'],
  [/\/node_modules\/@libp2p\/tcp\//, 'libp2p, TCP'],
  [/\/node_modules\/uint8array/, 'byte lists'],
  [/\/node_modules\/(@libp2p|libp2p|main-event)\//, 'libp2p, streams and connections'],
  [/^node:(_tls|internal\/tls|tls|internal\/js_stream_socket)/, 'Node.js, TLS'],
  [/^node:(net|internal\/stream_base)/, 'Node.js, sockets'],
  [/^node:(internal\/streams|stream|_stream)/, 'Node.js, streams'],
  [/^node:events|^node:internal\/event_target/, 'Node.js, events'],
  [/^node:internal\/(timers|process|async_hooks)|^node:timers/, 'Node.js, timers and ticks'],
  [/^node:/, 'Node.js, the rest']
]
/** Of this machine's monotonic clock. */
export interface Span {
  fromUs: number
  toUs: number
}

const nativeWrites = new Set(['writeBuffer', 'writev', 'writeLatin1String', 'writeUtf8String'])

/**
 * The time of each layer's own code within `spans`, the most first. What is native counts for who called it, but for
 * writes: node:tls encrypts and calls the system in one, while any other socket is handed what is encrypted already; what nobody's
 * JavaScript called are reads, and the event loop.
 */
export function layersOf(profile: CpuProfile, spans: readonly Span[]): Layer[] {
  const layers = layerOfNodes(profile)
  const times = new Map<string, number>()
  let at = profile.startTime
  for (const [i, node] of profile.samples.entries()) {
    const us = profile.timeDeltas[i + 1] ?? 0
    at += profile.timeDeltas[i] ?? 0
    const layer = layers.get(node)
    if (layer === undefined || !spans.some(({ fromUs, toUs }) => at >= fromUs && at < toUs)) continue
    times.set(layer, (times.get(layer) ?? 0) + us)
  }
  return Array.from(times, ([layer, us]) => ({ layer, us })).sort((a, b) => b.us - a.us)
}

interface Place {
  /** Undefined for time in which nothing was done. */
  layer: string | undefined
  /** What a native write called from here does. */
  write: string
}

const systemCall = 'write: system call'
const encryptedWrite = 'write: encryption and system call'
const outermost: Place = { layer: 'other', write: systemCall }

function layerOfNodes({ nodes }: CpuProfile): Map<number, string | undefined> {
  const places = new Map<number, Place>()
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map(child => [child, id] as const))
  )
  // A caller comes before those that it calls.
  for (const { id, callFrame } of nodes) {
    const caller = places.get(parents.get(id) ?? -1) ?? outermost
    const { functionName, url } = callFrame
    places.set(id, { layer: layerOf(functionName, url, caller), write: writeFrom(url, caller) })
  }
  return new Map(Array.from(places, ([id, { layer }]) => [id, layer]))
}

function writeFrom(url: string, caller: Place): string {
  return /\/encryption\/tls-stream\./.test(url) ? encryptedWrite : caller.write
}

function layerOf(name: string, url: string, caller: Place): string | undefined {
  if (name === '(idle)') return undefined
  if (name === '(garbage collector)') return 'garbage collection'
  if (name === '(program)' || name === '(root)') return 'native: reads, event loop'
  if (url) return places.find(([place]) => place.test(url))?.[1] ?? 'other'
  return nativeWrites.has(name) ? caller.write : caller.layer
}
