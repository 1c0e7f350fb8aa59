import type { Pcm } from '@hopcast/media'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inBlocksOf } from './blocks.ts'

test('Blocks hold the same samples as what they were cut and joined from', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1 as const, 2 as const),
      fc.array(fc.nat(25)),
      async (channels, sizes) => {
        let n = 0
        async function* source(): AsyncGenerator<Pcm> {
          for (const size of sizes)
            yield { channels, samples: Float32Array.from({ length: size * channels }, () => n++) }
        }
        const blocks = await Array.fromAsync(inBlocksOf(10)(source()))
        const samples = blocks.flatMap(block => Array.from(block.samples))
        expect(samples).toEqual(Array.from({ length: n }, (_, i) => i))
        expect(blocks.slice(0, -1).every(block => block.samples.length === 10 * channels)).toBe(true)
        expect(blocks.at(-1)?.samples.length ?? 1).toBeGreaterThan(0)
      }
    )
  )
})
