import { describe, expect, test } from 'vitest'
import { PrefixReader, prefixed } from './length-prefix.ts'

test('Messages behind their length are read again, wherever the bytes were cut', () => {
  const messages = ['hello', '', 'world'].map(text => Buffer.from(text))
  const bytes = Buffer.concat(messages.flatMap(message => prefixed(message)))
  for (let cut = 0; cut <= bytes.length; cut++) {
    const heard: string[] = []
    const reader = new PrefixReader(payload => heard.push(Buffer.from(payload).toString()))
    reader.push(bytes.subarray(0, cut))
    reader.push(bytes.subarray(cut))
    expect(heard).toEqual(['hello', '', 'world'])
  }
})

describe('Marked messages', () => {
  const mark = Buffer.from('mark')
  const bytes = Buffer.concat(['hello', '', 'world'].flatMap(text => prefixed(Buffer.from(text), mark)))
  const heard = (pieces: Buffer[]) => {
    const messages: string[] = []
    const reader = new PrefixReader(payload => messages.push(Buffer.from(payload).toString()), mark)
    for (const piece of pieces) reader.push(piece)
    return messages
  }

  test('are read again, wherever the bytes were cut', () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(heard([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(['hello', '', 'world'])
    }
    expect(heard(Array.from(bytes, byte => Buffer.of(byte)))).toEqual(['hello', '', 'world'])
  })

  test('are read from the next one on, wherever one joins', () => {
    const first = prefixed(Buffer.from('hello'), mark).reduce((sum, { length }) => sum + length, 0)
    for (let from = 1; from <= first; from++) expect(heard([bytes.subarray(from)])).toEqual(['', 'world'])
  })
})
