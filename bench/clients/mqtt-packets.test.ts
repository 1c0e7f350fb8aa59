import { expect, test } from 'vitest'
import { MqttReader, mqttConnect, mqttPublish, mqttSubscribe } from './mqtt-packets.ts'

test('A reader tells publications from other packets, wherever the bytes were cut', () => {
  const long = 'x'.repeat(300)
  const suback = Uint8Array.of(0x90, 3, 0, 1, 0)
  const bytes = Buffer.concat([
    suback,
    mqttPublish('news', Buffer.from('hello')),
    mqttPublish('a', Buffer.from(long)),
    mqttPublish('a', Buffer.from(''))
  ])
  for (let cut = 0; cut <= bytes.length; cut++) {
    const heard: string[] = []
    const reader = new MqttReader({
      onPublish: (topic, payload) => heard.push(`${topic}: ${Buffer.from(payload).toString()}`),
      onOther: type => heard.push(type.toString(16))
    })
    reader.push(bytes.subarray(0, cut))
    reader.push(bytes.subarray(cut))
    expect(heard).toEqual(['90', 'news: hello', `a: ${long}`, 'a: '])
  }
})

test('A client says hello and subscribes in packets of MQTT 3.1.1', () => {
  expect(Buffer.from(mqttConnect('me')).toString('hex')).toBe('100e00044d515454040200000002' + '6d65')
  expect(Buffer.from(mqttSubscribe('news', 258)).toString('hex')).toBe('820901020004' + '6e65777300')
})
