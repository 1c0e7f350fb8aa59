import type { Pcm } from '@hopcast/media'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromPcm16, toPcm16 } from './pcm16.ts'

test('Sixteen bits are the same sound again, wherever a pipe cuts them', async () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: -32_767, max: 32_767 })), cuts, async (values, sizes) => {
      const pcm: Pcm = {
        channels: 2,
        samples: Float32Array.from([...values, ...values], value => value / 32_768)
      }
      const bytes = toPcm16(pcm)
      async function* cut(): AsyncGenerator<Uint8Array> {
        for (let from = 0, i = 0; from < bytes.length; i++) {
          const size = sizes[i % sizes.length] ?? 1
          yield bytes.subarray(from, from + size)
          from += size
        }
      }
      const blocks = await Array.fromAsync(fromPcm16(2)(cut()))
      const samples = blocks.flatMap(block => Array.from(block.samples))
      expect(samples).toHaveLength(pcm.samples.length)
      for (const [i, sample] of samples.entries()) {
        expect(Math.abs(sample - (pcm.samples[i] ?? 0))).toBeLessThan(2 / 32_768)
      }
    })
  )
})

test('What is louder than full scale is cut there', () => {
  const view = new DataView(toPcm16({ channels: 1, samples: Float32Array.from([2, -2]) }).buffer)
  expect([view.getInt16(0, true), view.getInt16(2, true)]).toEqual([32_767, -32_768])
})
