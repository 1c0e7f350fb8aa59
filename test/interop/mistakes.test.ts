import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freePort, type Program, useStage } from './process.ts'

const stage = useStage()

const alone = ['--no-discovery', '--json']
const quietRelay = ['relay', '--listen', '/ip4/127.0.0.1/tcp/0', '--http', '127.0.0.1:0', ...alone]

/** It ended with this code, and said this to a person: in one line, without a stack. */
async function expectMistake(program: Program, code: number, parts: readonly string[]): Promise<void> {
  expect(await program.exited, program.report()).toEqual({ code, signal: null })
  const said = program.stderr.split('\n').filter(line => parts.every(part => line.includes(part)))
  expect(said, program.report()).toHaveLength(1)
  expect(program.stderr).not.toMatch(/^\s+at /m)
  for (const line of program.stderr.trim().split('\n')) expect(line).toMatch(/^hopcast: /)
}

/** A TCP port of loopback that is taken for the length of the test. */
async function takenPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise(resolve => server.close(() => resolve())))
  return (server.address() as { port: number }).port
}

describe('Wrong usage ends with code 2 and one line that says what to do', () => {
  test.each([
    ['relay --peer somewhere', ['somewhere', 'not a multiaddr', '/ip4/']],
    ['relay --listen /ip4/127.0.0.1', ['/ip4/127.0.0.1', 'a relay listens at']],
    ['relay --http 7480', ['HOST:PORT', '127.0.0.1:7480']],
    ['relay --identiy node.key', ['--identiy', 'did you mean --identity?']],
    ['pubish news --mic', ['pubish', 'did you mean publish?']],
    ['publish news', ['--mic', '--file', '--tone']],
    ['publish bad//name --tone 440', ['bad//name', 'not a channel name', 'letters, digits']],
    ['listen news --out heard.mp3', ['heard.mp3', '.ogg or .wav']],
    ['listen news --duration soon', ['--duration', 'soon']]
  ])('%s', async (line, parts) => {
    await expectMistake(stage.start(line.split(' ')), 2, parts)
  })
})

test('With HOPCAST_DEBUG=1 a mistake is told with where in the sources it was found', async () => {
  const env = { ...process.env, HOPCAST_DEBUG: '1' }
  const port = await takenPort()
  const relay = stage.start([...quietRelay, '--http', `127.0.0.1:${port}`], env)
  expect(await relay.exited, relay.report()).toEqual({ code: 1, signal: null })
  expect(relay.stderr).toMatch(/^\s+at .*packages\/node\/src\/web-server\.ts:\d+:\d+/m)
})

describe('What fails ends with code 1 and one line that names it', () => {
  test('a port for nodes that is in use', async () => {
    const port = await takenPort()
    const listen = ['--listen', `/ip4/127.0.0.1/tcp/${port}`]
    const relay = stage.start(['relay', ...listen, '--http', '127.0.0.1:0', ...alone])
    await expectMistake(relay, 1, [`/ip4/127.0.0.1/tcp/${port}`, 'in use', '--listen'])
  })

  test('a port for WebSocket that is in use', async () => {
    const port = await takenPort()
    const listen = ['--listen', `/ip4/127.0.0.1/tcp/${port}/ws`]
    const relay = stage.start(['relay', ...listen, '--http', '127.0.0.1:0', ...alone])
    await expectMistake(relay, 1, [`/ip4/127.0.0.1/tcp/${port}/ws`, 'in use', '--listen'])
  })

  test('a port for WebRTC that is in use, of which its library says nothing on standard output', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    onTestFinished(() => void socket.close())
    const address = `/ip4/127.0.0.1/udp/${socket.address().port}/webrtc-direct`
    const relay = stage.start(['relay', '--listen', address, '--http', '127.0.0.1:0', ...alone])
    await expectMistake(relay, 1, [address, 'in use', '--listen'])
    for (const line of relay.stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('type')
  })

  test('a port for the page that is in use', async () => {
    const port = await takenPort()
    const relay = stage.start([
      'relay',
      '--listen',
      '/ip4/127.0.0.1/tcp/0',
      '--http',
      `127.0.0.1:${port}`,
      ...alone
    ])
    await expectMistake(relay, 1, [`127.0.0.1:${port}`, 'in use', '--http'])
  })

  test('an identity file that is damaged, which stays as it is', async () => {
    const file = join(stage.folder, 'node.key')
    await writeFile(file, 'not a key at all')
    await expectMistake(stage.start([...quietRelay, '--identity', file]), 1, [
      file,
      'damaged',
      'move it away'
    ])
    expect(await readFile(file, 'utf8')).toBe('not a key at all')
  })

  test('a file that is missing', async () => {
    const file = join(stage.folder, 'missing.wav')
    await expectMistake(stage.start(['publish', 'news', '--file', file, ...alone]), 1, [file, 'no such file'])
  })

  test('a file that is no audio', async () => {
    const file = join(stage.folder, 'letter.txt')
    await writeFile(file, 'Dear all, this is no sound.\n'.repeat(100))
    await expectMistake(stage.start(['publish', 'news', '--file', file, ...alone]), 1, [file, 'no audio'])
  })

  test('a recording where none can be written', async () => {
    const file = join(stage.folder, 'no', 'such', 'folder.ogg')
    await expectMistake(stage.start(['listen', 'news', '--out', file, ...alone]), 1, [file, 'no such file'])
  })

  test('a machine without a recorder', async () => {
    const programs = join(stage.folder, 'programs')
    await mkdir(programs)
    const env = { ...process.env, PATH: programs }
    const publisher = stage.start(['publish', 'news', '--mic', ...alone], env)
    await expectMistake(publisher, 1, ['no microphone', 'install', 'alsa-utils'])
  })

  test('a time in which nothing came', async () => {
    const listener = stage.start(['listen', 'news', '--duration', '1', ...alone])
    await expectMistake(listener, 1, ['nothing came on "news" within 1 s'])
    expect(listener.lines.at(-1)).toMatchObject({
      type: 'summary',
      frames: 0,
      firstFrameMs: null,
      hops: null
    })
  })
})

test('A peer that does not answer is told, tried again, and found when it comes', async () => {
  const port = await freePort()
  const address = `/ip4/127.0.0.1/tcp/${port}`
  const listener = stage.start(['listen', 'news', '--peer', address, ...alone])
  const { retryMs } = await listener.line('unreachable')
  expect(retryMs).toBeGreaterThan(0)
  await listener.until('the line for people', () =>
    listener.stderr.includes(`cannot reach ${address}`) ? true : undefined
  )
  const relay = stage.start(['relay', '--listen', address, '--http', '127.0.0.1:0', ...alone])
  const { peerId } = await relay.line('listening')
  await listener.line('connected', line => line.peer === peerId)
  expect(await listener.end('SIGINT')).toEqual({ code: 0, signal: null })
  expect(listener.stderr).not.toMatch(/^\s+at /m)
})
