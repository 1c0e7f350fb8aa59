import type { MessageStream } from '@libp2p/interface'

/**
 * A stream whose one reader can be a function: to find by an EventTarget's means that there is one takes longer than most of what
 * is then done.
 */
export interface BytesSource {
  /**
   * Gets what comes while nothing waits to be read, instead of all listeners of 'message'; those get the rest. When it throws, the
   * whole connection is over.
   */
  onBytes: ((bytes: Uint8Array) => void) | undefined
}

export function isBytesSource(stream: MessageStream): stream is MessageStream & BytesSource {
  return 'onBytes' in stream
}
