/** The page's elements: draws a View into them, and says what the person does with them. */
import type { ListenStats, PublishStats } from '@hopcast/web'
import { formatMs, NeighbourhoodMap } from './map.ts'
import { wayOf } from './map-layout.ts'
import type { PageQuery } from './query.ts'
import { Sparkline } from './sparkline.ts'
import { isBusy, shortPeer, type View } from './view.ts'
import { Wave } from './wave.ts'
import { wordsFor } from './words.ts'

const transportNames: Record<string, string> = {
  'webrtc-direct': 'WebRTC-direct',
  webrtc: 'WebRTC',
  websocket: 'WebSocket',
  tcp: 'TCP'
}

export class Screen {
  onListen: (channel: string) => void = () => {}
  onPublish: (channel: string, raw: boolean) => void = () => {}
  onStop: () => void = () => {}
  /** Asked twenty times a second while something plays: root mean square, 0 to 1. */
  level: () => number = () => 0

  readonly #document: Document
  readonly #channel: HTMLInputElement
  readonly #raw: HTMLInputElement
  readonly #listen: HTMLButtonElement
  readonly #publish: HTMLButtonElement
  readonly #stop: HTMLButtonElement
  readonly #map: NeighbourhoodMap
  readonly #spark: Sparkline
  readonly #wave: Wave
  /** The button that started what runs now: it gets the focus back. */
  #startedBy: HTMLButtonElement | undefined
  #busy = false

  constructor(document: Document) {
    this.#document = document
    this.#channel = this.#element('channel')
    this.#raw = this.#element('raw')
    this.#listen = this.#element('listen')
    this.#publish = this.#element('publish')
    this.#stop = this.#element('stop')
    this.#map = new NeighbourhoodMap(this.#element('map'))
    this.#spark = new Sparkline(this.#element('spark'))
    this.#wave = new Wave(this.#element('wave'), () => this.level())
    this.#listenToControls()
  }

  fill(query: PageQuery): void {
    this.#channel.value = query.channel
    this.#raw.checked = query.raw
  }

  /** Nothing can be started: the address of the page itself has to be put right. */
  lock(): void {
    this.#listen.disabled = true
    this.#publish.disabled = true
  }

  render(view: View): void {
    const { activity, neighbours } = view
    const words = wordsFor(view)
    this.#text('headline', words.headline)
    this.#text('detail', words.detail)
    this.#element('stage').dataset.tone = words.tone
    this.#document.title =
      words.tone === 'on' || words.tone === 'live' ? `${words.headline} · hopcast` : 'hopcast'

    this.#element('presence').dataset.online = String(neighbours.length > 0)
    this.#text('peer-count', String(neighbours.length))
    this.#text('peer-word', neighbours.length === 1 ? 'peer' : 'peers')
    this.#text('self', view.self ? shortPeer(view.self) : '…')

    this.#setBusy(isBusy(activity))
    this.#map.render(view)
    this.#text('route', routeSentence(view))
    this.#renderLink(view)
    this.#element('figures').dataset.mode = activity.type === 'publishing' ? 'publishing' : 'listening'
    if (activity.type === 'listening') this.#renderListening(activity.stats)
    if (activity.type === 'publishing') this.#renderPublishing(activity.stats)
  }

  #renderListening(stats: ListenStats): void {
    this.#text('frames-received', String(stats.framesReceived))
    this.#text('frames-lost', String(stats.framesLost))
    this.#text('concealed', stats.framesConcealed > 0 ? `${stats.framesConcealed} filled in` : '')
    this.#text('latency-ms', stats.latencyMs === undefined ? '—' : String(Math.round(stats.latencyMs)))
    this.#text('buffer-ms', stats.track ? String(Math.round(stats.bufferMs)) : '—')
    this.#text('buffer-target', stats.track ? `aims at ${Math.round(stats.bufferTargetMs)}` : '')
    this.#renderCodec(stats)
    if (stats.latencyMs !== undefined) this.#spark.add(stats.latencyMs, performance.now())
  }

  #renderPublishing(stats: PublishStats): void {
    this.#text('on-air', clock(stats.framesSent * (stats.track.frameUs / 1e6)))
    this.#text('frames-sent', String(stats.framesSent))
    this.#text('children', String(stats.children))
    this.#renderCodec(stats)
  }

  #renderCodec({ track, bitrate }: Pick<ListenStats, 'track' | 'bitrate'>): void {
    this.#text('bitrate', track ? (bitrate / 1_000).toFixed(1) : '—')
    this.#text('codec', track ? `Opus, 48 kHz ${track.channels === 1 ? 'mono' : 'stereo'}` : '—')
  }

  /** The link with the neighbour that the sound passes, or with the first one. */
  #renderLink(view: View): void {
    const { activity, neighbours } = view
    const upstream = activity.type === 'listening' ? activity.stats.upstream : undefined
    const link = neighbours.find(({ peer }) => peer === upstream) ?? neighbours[0]
    this.#text('transport', link ? (transportNames[link.transport] ?? 'Other') : '—')
    this.#text('rtt', link?.rttMs === undefined ? '' : `${formatMs(link.rttMs)} there and back`)
  }

  #listenToControls(): void {
    this.#element<HTMLFormElement>('controls').addEventListener('submit', event => {
      event.preventDefault()
      if (this.#busy) return
      this.#begin(this.#listen)
      this.onListen(this.#channelName())
    })
    this.#publish.addEventListener('click', () => {
      if (!this.#channel.reportValidity()) return
      this.#begin(this.#publish)
      this.onPublish(this.#channelName(), this.#raw.checked)
    })
    this.#stop.addEventListener('click', () => this.onStop())
  }

  #begin(button: HTMLButtonElement): void {
    this.#startedBy = button
    const url = new URL(location.href)
    url.searchParams.set('channel', this.#channelName())
    history.replaceState(null, '', url)
  }

  #channelName(): string {
    return this.#channel.value.trim()
  }

  #setBusy(busy: boolean): void {
    if (busy === this.#busy) return
    this.#busy = busy
    const focused = this.#document.activeElement
    this.#channel.readOnly = busy
    this.#raw.disabled = busy
    this.#stop.disabled = !busy
    this.#listen.disabled = busy
    this.#publish.disabled = busy
    if (busy) {
      this.#spark.clear()
      this.#wave.start()
      // A disabled button loses the focus: whoever uses the keyboard finds the way out under their fingers.
      if (focused === this.#startedBy) this.#stop.focus()
    } else {
      this.#wave.stop()
      if (focused === this.#stop) this.#startedBy?.focus()
    }
  }

  #text(id: string, text: string): void {
    const element = this.#element(id)
    // Setting the same text again would make screen readers say it again.
    if (element.textContent !== text) element.textContent = text
  }

  #element<E extends HTMLElement = HTMLElement>(id: string): E {
    const element = this.#document.getElementById(id)
    if (element === null) throw new Error(`The page has no #${id}`)
    return element as E
  }
}

function routeSentence(view: View): string {
  const { nodes, flow } = wayOf(view)
  if (flow === 'still') return 'Nothing is on its way yet.'
  const names = nodes.map(node =>
    node.role === 'you' ? 'you' : `${node.label} ${node.peer ? shortPeer(node.peer) : ''}`.trim()
  )
  const hops = view.activity.type === 'listening' ? (view.activity.stats.hops ?? 0) : 0
  const count = hops === 0 ? '' : ` · ${hops} ${hops === 1 ? 'hop' : 'hops'}`
  return names.join(flow === 'in' ? ' ← ' : ' → ') + count
}

/** Minutes and seconds. */
function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
}
