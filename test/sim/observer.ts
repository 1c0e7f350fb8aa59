/** What a simulation tells those who measure it. Without an observer, a broken invariant ends the run. */
import type { Millis, StreamId } from '@hopcast/protocol'
import type { StreamClass } from './link.ts'
import type { Reception, Run, SimNode } from './node.ts'

export interface Observer {
  /** A frame is handed to a link; `bytes` with the length before it. */
  onSent(from: SimNode, streamClass: StreamClass, kind: string, bytes: number): void
  /** Objects were dropped, because an uplink had too much to send. */
  onDropped(count: number): void
  /** The parent of a stream, which had one before, is another one. */
  onParent(node: SimNode, stream: StreamId): void
  /** Something that must never happen. */
  onBreak(broken: InvariantBreak): void
  /** A subscription begins. */
  onSubscribed(reception: Reception): ReceptionObserver
}

export interface ReceptionObserver {
  onObject(run: Run, seq: number, delayMs: Millis, at: Millis): void
  /** The application takes no more of it, or has gone with its node. */
  onClosed(at: Millis): void
}

type BreakKind = 'loop' | 'duplicate' | 'rule'

/** Something that must never happen has happened. */
export class InvariantBreak extends Error {
  override readonly name = 'InvariantBreak'
  readonly kind: BreakKind

  constructor(kind: BreakKind, message: string) {
    super(message)
    this.kind = kind
  }
}
