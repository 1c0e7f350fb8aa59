import { describe, expect, test } from 'vitest'
import { NatsReader, natsPublish, natsSubscribe } from './nats-protocol.ts'

function reader() {
  const heard: string[] = []
  const made = new NatsReader({
    onMessage: (sid, payload) => heard.push(`${sid}: ${Buffer.from(payload).toString()}`),
    onLine: line => heard.push(line)
  })
  return { heard, push: (text: string) => made.push(Buffer.from(text)) }
}

describe('A reader of what a NATS server sends', () => {
  test('tells messages from other lines', () => {
    const { heard, push } = reader()
    push('INFO {"tls_required":true}\r\nMSG news 7 5\r\nhello\r\nPING\r\nMSG news 12 0\r\n\r\n+OK\r\n')
    expect(heard).toEqual(['INFO {"tls_required":true}', '7: hello', 'PING', '12: ', '+OK'])
  })

  test('takes a payload for what it is, whatever is in it', () => {
    const { heard, push } = reader()
    push('MSG a 1 13\r\nMSG b 2 3\r\nxy\r\nPONG\r\n')
    expect(heard).toEqual(['1: MSG b 2 3\r\nxy', 'PONG'])
  })

  test('waits for the rest, wherever it was cut', () => {
    const text = 'PING\r\nMSG news.de 31 11\r\nhello\r\nworl\r\nMSG a 1 1\r\nx\r\n'
    const whole = reader()
    whole.push(text)
    expect(whole.heard).toHaveLength(3)
    for (let cut = 0; cut <= text.length; cut++) {
      const { heard, push } = reader()
      push(text.slice(0, cut))
      push(text.slice(cut))
      expect(heard).toEqual(whole.heard)
    }
  })

  test('refuses a message without a length', () => {
    expect(() => reader().push('MSG news 7 many\r\n')).toThrow('numbers')
  })
})

test('What a client sends are lines, with the payload behind its length', () => {
  expect(Buffer.concat(natsPublish('news', Buffer.from('hi'))).toString()).toBe('PUB news 2\r\nhi\r\n')
  expect(natsSubscribe('news', 3)).toBe('SUB news 3\r\n')
})
