/** The benchmark's side of a process of the load. */
import type { Child } from '../child.ts'
import type { Stage } from '../stage.ts'
import type { Order, Plan, Report } from './plan.ts'

type Said<T extends Report['type']> = Extract<Report, { type: T }>

export class Worker {
  readonly child: Child
  readonly #said: Report[] = []
  #onSaid: (() => void) | undefined

  constructor(stage: Stage, name: string, plan: Plan) {
    this.child = stage.script(name, 'bench/load/main.ts', [JSON.stringify(plan)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced'
    })
    this.child.process.on('message', (report: Report) => {
      this.#said.push(report)
      this.#onSaid?.()
    })
  }

  /** @throws when the process has ended */
  order(order: Order): void {
    this.child.send(order)
  }

  /**
   * The next report of this type, or one that has come and was not taken yet.
   *
   * @throws when the process fails, ends, or does not say so in time
   */
  heard<T extends Report['type']>(type: T, withinMs?: number): Promise<Said<T>> {
    const { promise, resolve, reject } = Promise.withResolvers<Said<T>>()
    const look = () => {
      const failed = this.#said.find(report => report.type === 'failed')
      if (failed !== undefined) return reject(new Error(`${this.child.name}: ${failed.reason}`))
      const at = this.#said.findIndex(report => report.type === type)
      if (at >= 0) resolve(this.#said.splice(at, 1)[0] as Said<T>)
    }
    this.#onSaid = look
    look()
    return this.child.within(type, promise, withinMs)
  }
}
