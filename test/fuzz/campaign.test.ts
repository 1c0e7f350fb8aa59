import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, onTestFinished, test } from 'vitest'
import { campaign } from './campaign.ts'
import { Corpus } from './corpus.ts'
import type { Decoder } from './decoder.ts'
import { judge } from './judge.ts'
import { damaged } from './mutations/bytes.ts'

class Refused extends Error {}

const seed = Number(process.env.HOPCAST_SEED)
const marker = 0xa5

/** Decodes to its bytes; refuses an odd length. What a test plants comes in place of its parts. */
function decoderWith(planted: Partial<Decoder<Uint8Array>>): Decoder<Uint8Array> {
  return {
    name: 'planted',
    functions: [],
    corpus: new Corpus([Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)], []),
    mutate: (random, corpus) => damaged(random, corpus.pick(random), corpus.pick(random)),
    decode: plainly,
    refusal: error => (error instanceof Refused ? 'odd' : undefined),
    roundTrip: () => undefined,
    ...planted
  }
}

function plainly(input: Uint8Array): Uint8Array {
  if (input.length % 2 === 1) throw new Refused('an odd length')
  return input
}

function findIn(planted: Partial<Decoder<Uint8Array>>) {
  return campaign(decoderWith(planted), { seed, inputs: 50_000 }).find
}

describe('A campaign finds a decoder that', { timeout: 60_000 }, () => {
  test('throws something else than a refusal, and the smallest input for it', () => {
    const find = findIn({
      decode(input) {
        if (input.includes(marker)) throw new TypeError('undefined is not a function')
        return plainly(input)
      }
    })
    expect(find).toMatchObject({ fault: 'error', what: 'threw TypeError: undefined is not a function' })
    expect(find?.shrunk).toEqual(Uint8Array.of(marker))
  })

  test('is slow', () => {
    const find = findIn({
      decode(input) {
        const until = performance.now() + (input.includes(marker) ? 6 : 0)
        while (performance.now() < until);
        return plainly(input)
      }
    })
    expect(find?.fault).toBe('slow')
    expect(find?.shrunk).toEqual(Uint8Array.of(marker))
  })

  test('makes values that do not come back', () => {
    const find = findIn({ roundTrip: value => (value.includes(marker) ? 'it has changed' : undefined) })
    expect(find).toMatchObject({ fault: 'round-trip', what: 'it has changed' })
    expect(find?.shrunk.toSorted()).toEqual(Uint8Array.of(0, marker))
  })

  test('makes values that do not encode', () => {
    const find = findIn({
      roundTrip(value) {
        if (value.includes(marker)) throw new TypeError('out of range')
        return undefined
      }
    })
    expect(find?.fault).toBe('round-trip')
  })

  test('lets values past their limits', () => {
    const counting: Decoder<{ hops: number }> = {
      ...decoderWith({}),
      decode: input => ({ hops: plainly(input).includes(marker) ? 256 : 255 }),
      roundTrip: () => undefined
    }
    expect(campaign(counting, { seed, inputs: 50_000 }).find).toMatchObject({
      fault: 'limit',
      what: 'hops is 256'
    })
  })

  test('makes much of little', () => {
    const growing: Decoder<{ rows: object[] }> = {
      ...decoderWith({}),
      decode: input => ({ rows: Array.from({ length: plainly(input).length > 20 ? 512 : 0 }, () => ({})) }),
      roundTrip: () => undefined
    }
    expect(campaign(growing, { seed, inputs: 50_000 }).find).toMatchObject({ fault: 'limit' })
  })

  test('refuses in words that steer a terminal', () => {
    const find = findIn({
      decode(input) {
        if (input.includes(marker)) throw new Refused('\u009b31m')
        return plainly(input)
      }
    })
    expect(find?.fault).toBe('text')
  })

  test('takes much memory', () => {
    const find = findIn({
      decode(input) {
        const claimed = new Uint8Array(5 * 2 ** 20)
        return plainly(input.subarray(claimed[0]))
      }
    })
    expect(find?.fault).toBe('memory')
  })

  test('keeps what it has seen', () => {
    setFlagsFromString('--expose-gc')
    globalThis.gc = runInNewContext('gc')
    onTestFinished(() => {
      Reflect.deleteProperty(globalThis, 'gc')
    })
    const kept: Uint8Array[] = []
    const find = findIn({
      decode(input) {
        kept.push(new Uint8Array(1_000))
        return plainly(input)
      }
    })
    expect(find?.what).toMatch(/kept \d+ bytes/)
  })
})

describe('A campaign', () => {
  test('gives the same inputs for the same seed, and others for another', () => {
    const inputsOf = (seed: number) => {
      const seen: string[] = []
      const decode = (input: Uint8Array) => {
        seen.push(Buffer.from(input).toString('hex'))
        return plainly(input)
      }
      campaign(decoderWith({ decode }), { seed, inputs: 100 })
      // Slow ones are decoded again, as the machine likes.
      return [...new Set(seen)]
    }
    expect(inputsOf(seed)).toEqual(inputsOf(seed))
    expect(inputsOf(seed)).not.toEqual(inputsOf(seed + 1))
  })

  test('does not take a pause of the machine for a slow decoder', () => {
    let pauses = 1
    const decode = (input: Uint8Array) => {
      const until = performance.now() + (pauses-- > 0 ? 20 : 0)
      while (performance.now() < until);
      return plainly(input)
    }
    expect(judge(decoderWith({ decode }), Uint8Array.of(1, 2)).type).toBe('accepted')
  })
})
