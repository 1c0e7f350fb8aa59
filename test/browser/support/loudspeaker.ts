/** What the page's AudioContext sends to the loudspeaker, sample by sample, not what the page says about it. */
import type { Page } from 'playwright-core'

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

/** Mono, 48 kHz. */
export async function heardSound(page: Page): Promise<Float32Array> {
  const blocks = await page.evaluate(() => globalThis.heardBlocks)
  return Float32Array.from(blocks.flat())
}
