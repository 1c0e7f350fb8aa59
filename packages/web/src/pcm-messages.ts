/** What the page and the sound card's thread tell each other (pcm-worklet.js). */

export type PlaybackMessage =
  /** Interleaved Float32 at 48 kHz, transferred. */
  | { type: 'pcm'; samples: Float32Array; channels: 1 | 2 }
  /** Forget what is queued. */
  | { type: 'clear' }

/** Comes every 10.7 ms of the sound card's time. */
export interface PlaybackReport {
  /** Frames that wait to be played. */
  queuedFrames: number
  /** How often the queue ran empty while playing. */
  underruns: number
  /** Frames that were skipped because too many were queued. */
  skippedFrames: number
  /** Of what was played since the last report, 0 to 1. */
  rms: number
  peak: number
}

/** 20 ms of the microphone: interleaved Float32 at 48 kHz, transferred. */
export interface CapturedBlock {
  samples: Float32Array
  channels: 1 | 2
}
