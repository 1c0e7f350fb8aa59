/** Stands in for live-ogg.ts in browsers (`#live-ogg` in package.json): it would bring a demuxer that none of them needs. */
import type { FindPacketDecoder } from './packet-decoder.ts'

export const findLiveOggDecoder: FindPacketDecoder = () => Promise.resolve(undefined)
