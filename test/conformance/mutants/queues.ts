/** Mutants of queues. */
import { type Config, ObjectQueue, Overlay } from '@hopcast/protocol'
import type { ObjectHeader } from '../../../packages/protocol/src/wire/messages.ts'
import type { CreateQueue } from '../../sim/outbox.ts'
import type { Mutant } from '../mutant.ts'
import type { CreateOverlay } from '../tested-core.ts'

const createOverlay: CreateOverlay = options => new Overlay(options)

export const queues: readonly Mutant[] = [
  {
    does: 'sends what came first, whatever it is',
    caughtBy: 'audio-under-pressure',
    saying: 'voice',
    createOverlay,
    createQueue: queueThatTakes(header => ({ ...header, priority: 0 }))
  },
  {
    does: 'goes on with a group of which an object was dropped',
    caughtBy: 'audio-under-pressure',
    saying: 'cannot be decoded',
    createOverlay,
    createQueue: queueThatTakes(header => ({ ...header, key: true }))
  },
  {
    does: 'drops nothing however late it is',
    caughtBy: 'audio-under-pressure',
    saying: 'the latest video',
    createOverlay,
    createQueue: queueThatTakes(header => header, { queueWaitMaxMs: 1e9, queueBytesMax: 1e9 })
  }
]

/** `ObjectQueue` that takes objects for others than they are, and with other constants nothing for late. */
function queueThatTakes(
  change: (header: ObjectHeader) => ObjectHeader,
  constants?: Partial<Config>
): CreateQueue {
  return (config, dropped) => {
    const queue = new ObjectQueue({ ...config, ...constants }, dropped)
    return {
      get size() {
        return queue.size
      },
      push: (object, expiresAt, now) => {
        const until = constants === undefined ? expiresAt : Number.POSITIVE_INFINITY
        queue.push({ ...object, header: change(object.header) }, until, now)
      },
      take: (bytesMax, now) => queue.take(bytesMax, now)
    }
  }
}
