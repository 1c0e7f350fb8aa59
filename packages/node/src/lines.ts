import type { ListenStats, ListenSummary, PublishStats, RelayStats, Report, Stats } from './reports.ts'

/** What a report says to people. */
export function lineOf(report: Report): string {
  switch (report.type) {
    case 'listening':
      return [
        `relay ${report.peerId}`,
        `page  ${report.http}`,
        ...report.addresses.map(address => `  at  ${address}`)
      ].join('\n')
    case 'subscribed':
      return `listening for "${report.channel}"`
    case 'publishing':
      return `publishing ${report.source} on "${report.channel}" (${report.codec}, ${kilobits(report.bitrate)})`
    case 'connected':
      return `connected to ${shortPeer(report.peer)} (${report.agent}) at ${shortAddress(report.address)}`
    case 'disconnected':
      return `lost ${shortPeer(report.peer)}: ${report.reason}`
    case 'unreachable':
      return `cannot reach ${report.address}: ${report.reason}; trying again in ${seconds(report.retryMs)}`
    case 'peer-closed':
      return `closed ${shortPeer(report.peer)}: ${report.reason} (${report.code})`
    case 'altered':
      return alteredText(report)
    case 'started':
      return `${shortPeer(report.publisher)} is on air (${report.codec}, ${report.channels === 1 ? 'mono' : 'stereo'})`
    case 'route':
      return `the way here: ${routeText(report.upstream, report.hops)}`
    case 'interrupted':
      return 'the way to the publisher is gone; looking for another'
    case 'ended':
      return 'the publisher ended the stream; waiting for the next'
    case 'stats':
      return statsText(report)
    case 'summary':
      return 'lost' in report ? listenSummaryText(report) : `sent ${count(report.frames, 'frame')}`
    case 'error':
      return report.message
  }
}

function alteredText({ peer, publisher, fault }: Extract<Report, { type: 'altered' }>): string {
  const whose = `what comes by ${shortPeer(peer)}`
  return fault === 'altered'
    ? `${whose} is not what ${shortPeer(publisher)} has signed; looking for another way`
    : `${whose} comes without the signatures of ${shortPeer(publisher)}; looking for another way`
}

/** One line that fits a terminal and is drawn again and again. */
export function statsText(stats: Stats): string {
  switch (stats.role) {
    case 'relay':
      return relayText(stats)
    case 'publish':
      return publishText(stats)
    case 'listen':
      return listenText(stats)
  }
}

function relayText({ neighbours, streams, objectsReceived, objectsSent }: RelayStats): string {
  return `${count(neighbours, 'neighbour')} · ${count(streams, 'stream')} · objects in ${objectsReceived}, out ${objectsSent}`
}

function publishText({ levelDb, frames, bitrate, children, neighbours }: PublishStats): string {
  const audience =
    neighbours === 0 ? 'not connected' : children === 0 ? 'nobody takes it yet' : `to ${children}`
  return `${meter(levelDb)} ${count(frames, 'frame')} · ${kilobits(bitrate)} · ${audience}`
}

function listenText(stats: ListenStats): string {
  if (stats.upstream === null || stats.hops === null) {
    const why = stats.neighbours === 0 ? 'not connected' : 'waiting for a publisher'
    return `${count(stats.frames, 'frame')} · ${why}`
  }
  const parts = [count(stats.frames, 'frame'), kilobits(stats.bitrate)]
  if (stats.lost > 0) parts.push(`${stats.lost} lost`)
  if (stats.latencyMs !== null) parts.push(`${Math.round(stats.latencyMs)} ms`)
  parts.push(routeText(stats.upstream, stats.hops))
  return `${stats.levelDb === null ? '' : `${meter(stats.levelDb)} `}${parts.join(' · ')}`
}

function listenSummaryText(summary: ListenSummary): string {
  const { frames, lost, duplicates, outOfOrder, firstFrameMs, latencyMs, hops } = summary
  const parts = [
    `received ${count(frames, 'frame')}`,
    `${lost} lost, ${duplicates} twice, ${outOfOrder} out of order`
  ]
  if (firstFrameMs !== null) parts.push(`first after ${seconds(firstFrameMs)}`)
  if (latencyMs.p50 !== null && latencyMs.p99 !== null) {
    parts.push(`latency ${latencyMs.p50} ms (99 %: ${latencyMs.p99} ms)`)
  }
  if (hops !== null) parts.push(`over ${count(hops, 'link')}`)
  return parts.join(' · ')
}

/** `you ← relay ← … ← publisher`, of which this node knows the first and the number. */
export function routeText(upstream: string, hops: number): string {
  if (hops <= 1) return `you ← ${shortPeer(upstream)}, the publisher`
  const between = hops === 2 ? '' : ` ← ${hops - 2} more`
  return `you ← ${shortPeer(upstream)}${between} ← publisher`
}

/** The end of a peer id, which differs where its beginning is the key's type. */
export function shortPeer(peer: string): string {
  return peer.length <= 8 ? peer : `…${peer.slice(-6)}`
}

/** Without what only machines need to know. */
function shortAddress(address: string): string {
  return address.replace(/\/(certhash|p2p)\/[^/]+/g, '')
}

const meterCells = 12
const meterFloorDb = -48

/** A bar from -48 dB to full scale. */
export function meter(levelDb: number | null): string {
  const part = levelDb === null ? 0 : Math.min(1, Math.max(0, 1 - levelDb / meterFloorDb))
  const full = Math.round(part * meterCells)
  const level = levelDb === null || levelDb < -99 ? '  silent' : `${levelDb.toFixed(0).padStart(5)} dB`
  return `${'█'.repeat(full)}${'░'.repeat(meterCells - full)}${level}`
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

function kilobits(bitsPerSecond: number): string {
  return `${(bitsPerSecond / 1000).toFixed(0)} kbit/s`
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}
