import { expect, test } from 'vitest'
import { PrefixReader, prefixed } from './length-prefix.ts'

test('Messages behind their length are read again, wherever the bytes were cut', () => {
  const messages = ['hello', '', 'world'].map(text => Buffer.from(text))
  const bytes = Buffer.concat(messages.flatMap(prefixed))
  for (let cut = 0; cut <= bytes.length; cut++) {
    const heard: string[] = []
    const reader = new PrefixReader(payload => heard.push(Buffer.from(payload).toString()))
    reader.push(bytes.subarray(0, cut))
    reader.push(bytes.subarray(cut))
    expect(heard).toEqual(['hello', '', 'world'])
  }
})
