import { RPC } from '@libp2p/gossipsub/message'
import { expect, test } from 'vitest'
import { publishing, RpcReader, subscribing } from './gossipsub-messages.ts'

/** Of what stands behind one byte of length. */
const read = (bytes: Uint8Array) => {
  expect(bytes[0]).toBe(bytes.length - 1)
  return RPC.decode(bytes.subarray(1))
}

test('A subscriber asks for a topic, and to be in its mesh', () => {
  expect(read(subscribing('news'))).toMatchObject({
    subscriptions: [{ subscribe: true, topic: 'news' }],
    control: { graft: [{ topicID: 'news' }] }
  })
})

test('A publisher says its topic, and nothing of itself', () => {
  const { messages } = read(publishing('news', Buffer.from('hello')))
  expect(
    messages.map(({ data, ...rest }) => ({ data: Buffer.from(data ?? []).toString(), ...rest }))
  ).toEqual([{ data: 'hello', topic: 'news' }])
})

test('A reader finds what was published among all else, wherever the bytes were cut', () => {
  const long = 'x'.repeat(300)
  const bytes = Buffer.concat([
    subscribing('news'),
    publishing('news', Buffer.from('hello')),
    publishing('a', Buffer.from(long)),
    publishing('a', Buffer.from(''))
  ])
  for (let cut = 0; cut <= bytes.length; cut++) {
    const heard: string[] = []
    const reader = new RpcReader((topic, data) => heard.push(`${topic}: ${Buffer.from(data).toString()}`))
    reader.push(bytes.subarray(0, cut))
    reader.push(bytes.subarray(cut))
    expect(heard).toEqual(['news: hello', `a: ${long}`, 'a: '])
  }
})
