import { join } from 'node:path'
import type { Status, StreamStatus } from '@hopcast/protocol/libp2p'
import { describe, expect, test } from 'vitest'
import { compare } from './correlation.ts'
import { type Line, peersOf, type Relay, useStage } from './process.ts'
import { readSamples, voice, writeWav } from './voice.ts'

const stage = useStage()

/** Each knows only the one before it. */
async function lineOfThree(): Promise<[Relay, Relay, Relay]> {
  const first = await stage.relay()
  const second = await stage.relay([first])
  const third = await stage.relay([second])
  return [first, second, third]
}

async function status(relay: Relay): Promise<Status> {
  return (await fetch(`${relay.http}api/status`)).json() as Promise<Status>
}

/** The one stream that is there. */
async function stream(relay: Relay): Promise<StreamStatus> {
  const { streams } = await status(relay)
  expect(streams).toHaveLength(1)
  return streams[0] as StreamStatus
}

describe('A line of three relays', () => {
  test('carries a voice from a file at its first to a recording at its third, every frame once and in order', async () => {
    const seconds = 12
    const source = await voice(seconds)
    const file = join(stage.folder, 'source.wav')
    const out = join(stage.folder, 'heard.wav')
    await writeWav(file, source)
    const [first, , third] = await lineOfThree()
    const listener = stage.start([
      'listen',
      'news',
      '--out',
      out,
      ...peersOf([third]),
      '--no-discovery',
      '--json'
    ])
    await listener.line('connected')
    const publisher = stage.start([
      'publish',
      'news',
      '--file',
      file,
      ...peersOf([first]),
      '--no-discovery',
      '--json'
    ])

    expect(await publisher.exited).toEqual({ code: 0, signal: null })
    const sent = publisher.lines.at(-1)
    expect(sent?.type).toBe('summary')
    // The encoder looks a little ahead, so the last of the sound may take one more.
    expect([seconds * 50, seconds * 50 + 1]).toContain(sent?.frames)
    await listener.line('ended')
    expect(await listener.end('SIGINT')).toEqual({ code: 0, signal: null })

    const summary = listener.lines.at(-1)
    expect(summary).toMatchObject({ type: 'summary', lost: 0, duplicates: 0, outOfOrder: 0, hops: 4 })
    // It listened before the first frame was sent, and a publisher of a file waits for that.
    expect(summary?.frames).toBe(sent?.frames)
    const { lag, seconds: compared } = compare(source, await readSamples(out))
    console.log(
      `lag ${lag} samples, correlation ${compared.map(({ correlation }) => correlation.toFixed(3)).join(' ')}`
    )
    console.log(
      `latency ${JSON.stringify(summary?.latencyMs)}, first frame after ${summary?.firstFrameMs} ms`
    )
    expect(compared.length).toBeGreaterThanOrEqual(seconds - 2)
    for (const { correlation } of compared) expect(correlation).toBeGreaterThanOrEqual(0.95)
  })

  test('carries one copy on each link, however many listen behind the last relay', async () => {
    const [first, second, third] = await lineOfThree()
    const listen = ['listen', 'news', ...peersOf([third]), '--no-discovery', '--json']
    const listeners = [stage.start(listen), stage.start(listen)]
    stage.start(['publish', 'news', '--tone', '440', ...peersOf([first]), '--no-discovery', '--json'])
    const hears = (line: Line) => (line.frames as number) > 0
    for (const listener of listeners) await listener.line('stats', hears)

    const before = { second: await stream(second), third: await stream(third) }
    for (const listener of listeners) {
      const { frames } = listener.lines.findLast(line => line.type === 'stats') as Line & { frames: number }
      await listener.line('stats', line => (line.frames as number) >= frames + 100)
    }
    const after = { third: await stream(third), second: await stream(second) }

    expect(after.second.children).toEqual([third.peerId])
    expect(after.third.children).toHaveLength(2)
    const received = (node: 'second' | 'third') => after[node].objectsReceived - before[node].objectsReceived
    const sent = (node: 'second' | 'third') => after[node].objectsSent - before[node].objectsSent
    expect(received('third')).toBeGreaterThanOrEqual(100)
    expect(sent('second')).toBe(received('second'))
    expect(sent('third')).toBe(2 * received('third'))
    const metrics = await (await fetch(`${third.http}metrics`)).text()
    expect(metrics).toContain(`hopcast_stream_objects_sent{stream="${after.third.stream}"}`)
    expect(metrics).toMatch(/^hopcast_children 2$/m)
  })
})
