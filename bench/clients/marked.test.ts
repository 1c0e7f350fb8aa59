import { expect, test } from 'vitest'
import { MarkReader, marked } from './marked.ts'

const bytes = Buffer.concat(['hello', '', 'world'].flatMap(text => marked(Buffer.from(text))))

test('Marked messages are read again, wherever the bytes were cut', () => {
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(heard([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(['hello', '', 'world'])
  }
  expect(heard(Array.from(bytes, byte => Buffer.of(byte)))).toEqual(['hello', '', 'world'])
})

test('Marked messages are read from the next one on, wherever one joins', () => {
  const headBytes = 6
  for (let from = 1; from < headBytes + 5; from++) {
    expect(heard([bytes.subarray(from)])).toEqual(['', 'world'])
  }
})

function heard(pieces: Buffer[]): string[] {
  const messages: string[] = []
  const reader = new MarkReader(payload => messages.push(Buffer.from(payload).toString()))
  for (const piece of pieces) reader.push(piece)
  return messages
}
