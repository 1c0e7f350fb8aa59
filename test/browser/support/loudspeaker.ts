/** What the page's AudioContext sends to the loudspeaker, sample by sample, not what the page says about it. */
import type { Page } from 'playwright-core'
import { alike, likeness, type Second } from './likeness.ts'

declare global {
  var heardBlocks: number[][]
}

/** Call it before the page is opened. */
export async function tapLoudspeaker(page: Page): Promise<void> {
  await page.addInitScript(() => {
    globalThis.heardBlocks = []
    const connect = AudioNode.prototype.connect as (this: AudioNode, ...args: unknown[]) => AudioNode
    Object.assign(AudioNode.prototype, {
      connect(this: AudioNode, ...args: unknown[]) {
        const [destination] = args
        if (destination instanceof AudioDestinationNode && !(this instanceof ScriptProcessorNode)) {
          const context = destination.context as AudioContext
          // As large as it can be: a main thread that is late then loses no block.
          const tap = context.createScriptProcessor(16_384, 1, 1)
          tap.onaudioprocess = event => {
            globalThis.heardBlocks.push([...event.inputBuffer.getChannelData(0)])
          }
          connect.call(this, tap)
          connect.call(tap, context.destination)
        }
        return connect.apply(this, args)
      }
    })
  })
}

/** Seconds of sound so far, silence included. */
export function heardSeconds(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis.heardBlocks.length * 16_384) / 48_000)
}

/**
 * Listens until so many whole seconds of what was heard are the source.
 *
 * @throws with what was heard, when `limitMs` pass before
 */
export async function heardLike(
  page: Page,
  source: Float32Array,
  { seconds, limitMs }: { seconds: number; limitMs: number }
): Promise<void> {
  const deadline = performance.now() + limitMs
  const heard: Second[] = []
  while (alike(heard).length < seconds) {
    if (performance.now() > deadline) {
      throw new Error(`${seconds} seconds of the source were not heard: ${JSON.stringify(heard)}`)
    }
    await page.waitForFunction(() => globalThis.heardBlocks.length * 16_384 >= 3 * 48_000, undefined, {
      timeout: limitMs
    })
    heard.push(...likeness(await takeSound(page), source))
  }
}

/** What was heard since the last call. Mono, 48 kHz. */
async function takeSound(page: Page): Promise<Float32Array> {
  const blocks = await page.evaluate(() => globalThis.heardBlocks.splice(0))
  return Float32Array.from(blocks.flat())
}
