/** What a listener has had: demands on a subscription's objects and on what its application was told. */
import type { Millis } from '@hopcast/protocol'
import type { Reception, Run } from '../sim/node.ts'
import { demand, equal } from './demand.ts'

/** From the first object on, or from the first since a time, every one came, once and in order, run by run. */
export function gapless(listener: Reception, since: Millis = 0): void {
  const objects = listener.objects.filter(({ at }) => at >= since)
  demand(objects.length > 0, `${listener} had no object`)
  for (const [i, object] of objects.entries()) {
    const before = objects[i - 1]
    if (before === undefined || before.run !== object.run || object.seq === before.seq + 1) continue
    throw new Error(`${listener}: object ${object.seq} follows ${before.seq}`)
  }
}

/** From the least to the greatest, all came, once each; those that were repaired may be late. */
export function whole(listener: Reception, until = Number.POSITIVE_INFINITY): void {
  const seqs = new Set(listener.objects.map(({ seq }) => seq))
  demand(seqs.size > 0, `${listener} had no object`)
  equal(`${listener}: objects that came twice`, listener.objects.length - seqs.size, 0)
  const missing: number[] = []
  for (let seq = Math.min(...seqs); seq < Math.min(Math.max(...seqs), until); seq++) {
    if (!seqs.has(seq)) missing.push(seq)
  }
  equal(`${listener}: objects that never came`, missing, [])
}

/** The run came as a whole, from its first object to its last. */
export function complete(listener: Reception, run: Run): void {
  gapless(listener)
  const seqs = listener.objects.filter(object => object.run === run).map(({ seq }) => seq)
  equal(`${listener}: the first object`, seqs[0], 0)
  equal(`${listener}: the last object`, seqs.at(-1), run.written / run.streams.length - 1)
}

/** What the application was told, routes apart. */
export function told(listener: Reception): string {
  return listener.events
    .map(({ type }) => type)
    .filter(type => type !== 'route')
    .join(' ')
}

/** The longest time between two objects, in ms. */
export function longestPauseMs({ objects }: Reception): Millis {
  return Math.max(0, ...objects.slice(1).map((object, i) => object.at - (objects[i]?.at ?? 0)))
}

/** Whether it is live, and had one of the last few objects that were written. */
export function isFed({ live, objects }: Reception): boolean {
  const last = objects.at(-1)
  return live && last !== undefined && last.seq >= last.run.written / last.run.streams.length - 10
}
