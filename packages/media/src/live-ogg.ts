/**
 * The decoder of Node, where there is no WebCodecs. mediabunny decodes there with whatever `@mediabunny/server` has
 * registered, but its only public door to a decoder is a file: Input → AudioSampleSink. So the packets go in as an Ogg
 * stream (RFC 3533, RFC 7845) that has no end yet, one page for each packet.
 *
 * What makes it live: mediabunny reads ahead by the length of the longest possible page header, 282 bytes, before it
 * looks at a page. A page of filler, of another logical stream that no decoder takes, follows each packet, so those
 * bytes are always there, and a packet's sound comes out without waiting for the next packet. And as mediabunny looks at
 * two packets before it starts, a packet of silence goes in first, whose sound is dropped.
 */
import { AudioSampleSink, canDecodeAudio, Input, OGG, ReadableStreamSource } from 'mediabunny'
import { interleavedSamples } from './audio-sample.ts'
import { opusHead, silentPacket } from './opus-head.ts'
import type { FindPacketDecoder, PacketDecoder, PacketDecoderOptions } from './packet-decoder.ts'
import { samplesPerFrame } from './pcm.ts'

const soundSerial = 1
const fillerSerial = 2
const firstPageFlag = 2
/** The reader goes back by one page at most. */
const cacheBytes = 8192
/** 27 bytes of page header, 2 of lacing and these make 283. */
const filler = new Uint8Array(254)

export const findLiveOggDecoder: FindPacketDecoder = async config =>
  (await canDecodeAudio('opus', config)) ? createLiveOggDecoder : undefined

function createLiveOggDecoder({ channels, onSamples, onError }: PacketDecoderOptions): PacketDecoder {
  const pages = new PageStream()
  const input = new Input({
    source: new ReadableStreamSource(pages.readable, { maxCacheSize: cacheBytes }),
    formats: [OGG]
  })
  pages.write(oggPage(soundSerial, firstPageFlag, 0, 0, opusHead(channels, 0)))
  pages.write(oggPage(fillerSerial, firstPageFlag, 0, 0, filler))
  pages.write(oggPage(soundSerial, 0, 0, 1, opusTags))
  pages.write(oggPage(fillerSerial, 0, 0, 1, filler))
  let sequence = 2
  let primed = false
  let closed = false

  const run = async () => {
    const track = await input.getPrimaryAudioTrack()
    if (track === null) throw new Error('mediabunny did not recognize the live Ogg stream')
    for await (const sample of new AudioSampleSink(track).samples()) {
      const samples = interleavedSamples(sample, channels)
      sample.close()
      if (primed && !closed) onSamples(samples)
      primed = true
    }
  }
  const finished = run().catch(error => {
    if (!closed) onError(error)
  })

  const writePacket = (packet: Uint8Array) => {
    const position = (sequence - 1) * samplesPerFrame
    pages.write(oggPage(soundSerial, 0, position, sequence, packet))
    pages.write(oggPage(fillerSerial, 0, 0, sequence++, filler))
  }
  writePacket(silentPacket(channels))

  return {
    decode: writePacket,
    end: async () => {
      pages.end()
      await finished
      input.dispose()
    },
    close: () => {
      closed = true
      pages.end()
      input.dispose()
    }
  }
}

/** The comment header of RFC 7845, section 5.2, with an empty vendor and no comments. */
const opusTags = new Uint8Array(16)
opusTags.set(new TextEncoder().encode('OpusTags'))

/** A readable stream that is written to from outside. Its user bounds what is in it. */
class PageStream {
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #ended = false
  readonly readable = new ReadableStream<Uint8Array>({
    start: controller => {
      this.#controller = controller
    },
    cancel: () => {
      this.#ended = true
    }
  })

  write(bytes: Uint8Array): void {
    if (!this.#ended) this.#controller?.enqueue(bytes)
  }

  end(): void {
    if (!this.#ended) this.#controller?.close()
    this.#ended = true
  }
}

/**
 * A page that holds exactly one packet. The checksum stays 0: the only reader is in this process, and it verifies
 * checksums only where it searches for a page.
 */
function oggPage(
  serial: number,
  flags: number,
  position: number,
  sequence: number,
  packet: Uint8Array
): Uint8Array {
  const lacings = Math.floor(packet.length / 255) + 1
  const page = new Uint8Array(27 + lacings + packet.length)
  page.set([0x4f, 0x67, 0x67, 0x53]) // OggS
  const view = new DataView(page.buffer)
  view.setUint8(5, flags)
  view.setBigUint64(6, BigInt(position), true)
  view.setUint32(14, serial, true)
  view.setUint32(18, sequence, true)
  view.setUint8(26, lacings)
  page.fill(255, 27, 27 + lacings - 1)
  view.setUint8(27 + lacings - 1, packet.length % 255)
  page.set(packet, 27 + lacings)
  return page
}
