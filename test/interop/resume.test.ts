import type { Status } from '@hopcast/protocol/libp2p'
import { describe, expect, test } from 'vitest'
import { type Line, type Program, peersOf, type Relay, useStage } from './process.ts'

const stage = useStage()

const frames = (line: Line) => line.frames as number

function publish(relay: Relay): Program {
  return stage.start(['publish', 'news', '--tone', '440', ...peersOf([relay]), '--no-discovery', '--json'])
}

function listen(relays: readonly Relay[]): Program {
  return stage.start(['listen', 'news', ...peersOf(relays), '--no-discovery', '--json'])
}

/** Waits for `more` frames than there are now. */
async function moreFrames(listener: Program, more: number): Promise<void> {
  const now = frames(listener.lines.findLast(line => line.type === 'stats') ?? { type: 'stats', frames: 0 })
  await listener.line('stats', line => frames(line) >= now + more)
}

describe('A listener', () => {
  test('is told within a second that the publisher was stopped, and hears it again when it starts again', async () => {
    const first = await stage.relay()
    const second = await stage.relay([first])
    const listener = listen([second])
    const publisher = publish(first)
    await moreFrames(listener, 25)

    const stoppedAt = performance.now()
    const exit = publisher.end('SIGINT')
    await listener.line('ended')
    const toldMs = performance.now() - stoppedAt
    console.log(`told ${toldMs.toFixed(0)} ms after Ctrl-C`)
    expect(toldMs).toBeLessThan(1000)
    expect(await exit).toEqual({ code: 0, signal: null })

    publish(first)
    await listener.until('a second "started"', () =>
      listener.lines.filter(line => line.type === 'started').length === 2 ? true : undefined
    )
    await moreFrames(listener, 25)
    await listener.end('SIGINT')
    expect(listener.lines.at(-1)).toMatchObject({ type: 'summary', lost: 0, duplicates: 0, outOfOrder: 0 })
  })

  test('hears on without a gap when the relay between them is stopped, and another way is there', async () => {
    const first = await stage.relay()
    const middles = [await stage.relay([first]), await stage.relay([first])]
    const last = await stage.relay(middles)
    const listener = listen([last])
    publish(first)
    await moreFrames(listener, 25)

    const { streams } = (await (await fetch(`${last.http}api/status`)).json()) as Status
    const used = middles.find(({ peerId }) => peerId === streams[0]?.upstream)
    const stoppedAt = performance.now()
    expect(await used?.program.end('SIGTERM')).toEqual({ code: 0, signal: null })
    console.log(`gone ${(performance.now() - stoppedAt).toFixed(0)} ms after SIGTERM`)
    await moreFrames(listener, 50)
    await listener.end('SIGINT')
    expect(listener.lines.at(-1)).toMatchObject({ type: 'summary', lost: 0, duplicates: 0 })
    expect(listener.lines.filter(line => line.type === 'interrupted')).toEqual([])
  })

  test('hears the publisher again when the relay between them is killed and another way is there', async () => {
    const first = await stage.relay()
    const middles = [await stage.relay([first]), await stage.relay([first])]
    const last = await stage.relay(middles)
    const listener = listen([last])
    publish(first)
    await moreFrames(listener, 25)

    const { streams } = (await (await fetch(`${last.http}api/status`)).json()) as Status
    const used = middles.find(({ peerId }) => peerId === streams[0]?.upstream)
    expect(used).toBeDefined()
    const killedAt = performance.now()
    await used?.program.end('SIGKILL')
    await moreFrames(listener, 50)
    console.log(`50 frames more within ${(performance.now() - killedAt).toFixed(0)} ms of the kill`)
    const other = middles.find(middle => middle !== used)
    const now = (await (await fetch(`${last.http}api/status`)).json()) as Status
    expect(now.streams[0]?.upstream).toBe(other?.peerId)
  })
})
