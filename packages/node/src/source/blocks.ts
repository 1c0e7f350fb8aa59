import type { Pcm } from '@hopcast/media'

/**
 * Cuts and joins blocks of any size into blocks of `frames` samples per channel; the last may be shorter.
 */
export function inBlocksOf(frames: number) {
  return async function* (source: AsyncIterable<Pcm>): AsyncGenerator<Pcm> {
    let block: Float32Array | undefined
    let filled = 0
    let channels: Pcm['channels'] = 1
    for await (const pcm of source) {
      channels = pcm.channels
      for (let read = 0; read < pcm.samples.length; ) {
        block ??= new Float32Array(frames * channels)
        const taken = pcm.samples.subarray(read, read + block.length - filled)
        block.set(taken, filled)
        read += taken.length
        filled += taken.length
        if (filled < block.length) continue
        yield { channels, samples: block }
        block = undefined
        filled = 0
      }
    }
    if (block !== undefined && filled > 0) yield { channels, samples: block.slice(0, filled) }
  }
}
