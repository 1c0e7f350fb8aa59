/**
 * An observer at the door of every core. It writes down what goes out, can hand a core an input that no link brings, and
 * can keep what a neighbour says from it. Beats are not written down: they are most of what is said.
 */
import type { Input, Millis, Output, OverlayOptions, PeerId } from '@hopcast/protocol'
import type { CloseCode, Message, ObjectFrame } from '../../packages/protocol/src/wire/messages.ts'
import type { Core } from '../sim/node.ts'
import type { Stranger } from './stranger.ts'
import { type CreateOverlay, intercepted, type TestedCore } from './tested-core.ts'

export interface Said {
  at: Millis
  from: PeerId
  to: PeerId
  message: Message
}

interface Closed {
  at: Millis
  by: PeerId
  peer: PeerId
  code: CloseCode
}

/** A message that comes, and is not heard. */
interface Loss {
  readonly node: PeerId
  readonly peer: PeerId
  readonly type: Message['type']
  /** Set when it has come. */
  isOver: boolean
}

/** A node tells its people that it has lost a neighbour. */
interface Lost {
  at: Millis
  by: PeerId
  peer: PeerId
  reason: string
}

export class Watch {
  readonly said: Said[] = []
  readonly closed: Closed[] = []
  readonly lost: Lost[] = []
  /** Whether the next node is to be a stranger, and not of the implementation. */
  nextStranger: Stranger | undefined
  readonly #strangers = new Map<PeerId, Stranger>()
  /** Told of everything that a core says, to its neighbours or to its driver. */
  onOutput: (by: PeerId, output: Output, at: Millis) => void = () => {}
  readonly #deaf = new Set<string>()
  readonly #altering = new Set<PeerId>()
  readonly #losses: Loss[] = []
  /** What has come for nodes that do not run at present. */
  readonly #asleep = new Map<PeerId, Input[]>()
  readonly #inputs = new Map<PeerId, Input>()
  readonly #implementation: CreateOverlay

  constructor(implementation: CreateOverlay) {
    this.#implementation = implementation
  }

  /** Makes the core of a node, and stands before it. */
  create = (options: OverlayOptions): Core => {
    const { self } = options
    const stranger = this.nextStranger ?? this.#strangers.get(self)
    this.nextStranger = undefined
    if (stranger !== undefined) {
      stranger.self = self
      this.#strangers.set(self, stranger)
    }
    const core = stranger ?? this.#implementation(options)
    return intercepted(core, {
      handle: (input, now) => this.#handle(core, self, input, now),
      deadline: () => (this.#asleep.has(self) ? undefined : core.deadline())
    })
  }

  strangerAt(node: PeerId): Stranger | undefined {
    return this.#strangers.get(node)
  }

  /** `node` is given this input in place of the next command. */
  replaceNextCommand(node: PeerId, input: Input): void {
    this.#inputs.set(node, input)
  }

  /** The process of `node` is stopped: what comes for it waits, and it is not woken. */
  putToSleep(node: PeerId): void {
    this.#asleep.set(node, [])
  }

  /** @returns what has come for `node` meanwhile, in order */
  wake(node: PeerId): Input[] {
    const inputs = this.#asleep.get(node) ?? []
    this.#asleep.delete(node)
    return inputs
  }

  /** Whatever `peer` says from now on, `node` does not hear. */
  deafen(node: PeerId, peer: PeerId): void {
    this.#deaf.add(`${node} ${peer}`)
  }

  /** Each object that `node` passes on from now on, lists apart, is another one than it was given. */
  alter(node: PeerId): void {
    this.#altering.add(node)
  }

  /** The next message of a kind that `peer` sends to `node` is lost; of SYNC, the next one with rows. */
  loseNext(node: PeerId, peer: PeerId, type: Message['type']): Loss {
    const loss: Loss = { node, peer, type, isOver: false }
    this.#losses.push(loss)
    return loss
  }

  #handle(core: TestedCore, self: PeerId, input: Input, now: Millis): Output[] {
    let given = input
    if (input.type === 'command') {
      given = this.#inputs.get(self) ?? input
      this.#inputs.delete(self)
    }
    if (this.#isUnheard(self, given) || this.#isLost(self, given)) return []
    const waiting = this.#asleep.get(self)
    if (waiting !== undefined) {
      waiting.push(given)
      return []
    }
    const said = core.handle(given, now)
    const outputs = this.#altering.has(self) ? said.map(altered) : said
    for (const output of outputs) this.#note(self, output, now)
    return outputs
  }

  #note(by: PeerId, output: Output, at: Millis): void {
    this.onOutput(by, output, at)
    if (output.type === 'send' && output.message.type !== 'beat') {
      this.said.push({ at, from: by, to: output.peer, message: output.message })
    }
    if (output.type === 'close' && output.code !== undefined) {
      this.closed.push({ at, by, peer: output.peer, code: output.code })
    }
    if (output.type === 'neighbour' && output.change === 'down') {
      this.lost.push({ at, by, peer: output.peer, reason: output.reason })
    }
  }

  #isUnheard(self: PeerId, input: Input): boolean {
    if (this.#deaf.size === 0) return false
    if (input.type === 'announcement') return this.#deaf.has(`${self} ${input.from}`)
    return (input.type === 'message' || input.type === 'object') && this.#deaf.has(`${self} ${input.peer}`)
  }

  #isLost(self: PeerId, input: Input): boolean {
    if (input.type !== 'message') return false
    const { peer, message } = input
    if (message.type === 'sync' && message.rows.length === 0) return false
    const loss = this.#losses.find(
      ({ node, type, isOver, ...from }) =>
        !isOver && node === self && from.peer === peer && type === message.type
    )
    if (loss !== undefined) loss.isOver = true
    return loss !== undefined
  }
}

/** One bit of the payload is another. */
function altered(output: Output): Output {
  if (output.type !== 'forward' || output.object.header.list || output.object.header.end) return output
  const bytes = output.object.bytes.slice()
  const last = bytes.length - 1
  bytes[last] = (bytes[last] ?? 0) ^ 1
  const object: ObjectFrame = { header: output.object.header, bytes }
  return { ...output, object }
}
