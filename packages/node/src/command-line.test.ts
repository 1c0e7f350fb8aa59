import { describe, expect, test } from 'vitest'
import { parseCommandLine } from './command-line.ts'
import { UsageError } from './errors.ts'

const parse = (line: string) => parseCommandLine(line.split(' '))

/** The message of the usage error that the line gives. */
function mistake(args: string[]): string {
  try {
    parseCommandLine(args)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  throw new Error(`accepted: ${args.join(' ')}`)
}

describe('The command line', () => {
  test('of a relay has the documented defaults', () => {
    expect(parse('relay')).toEqual({
      type: 'relay',
      listen: [],
      peers: [],
      discovery: true,
      neighbours: 0,
      neighboursMax: undefined,
      uplinkBps: undefined,
      http: { host: '127.0.0.1', port: 7480 },
      identity: undefined,
      json: false
    })
  })

  test('of a relay takes every option', () => {
    const line =
      'relay --listen /ip4/127.0.0.1/tcp/0 --listen /ip4/127.0.0.1/tcp/0/ws --peer /ip4/192.0.2.7/tcp/7400 ' +
      '--no-discovery --neighbours 32 --neighbours-max 1000 --uplink 2.5M --http [::1]:0 --identity node.key --json'
    expect(parse(line)).toEqual({
      type: 'relay',
      listen: ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0/ws'],
      peers: ['/ip4/192.0.2.7/tcp/7400'],
      discovery: false,
      neighbours: 32,
      neighboursMax: 1_000,
      uplinkBps: 2_500_000,
      http: { host: '::1', port: 0 },
      identity: 'node.key',
      json: true
    })
  })

  test.each([
    ['publish news --mic', undefined],
    ['publish --mic news', undefined],
    ['publish news --mic hw:1', 'hw:1'],
    ['publish --mic hw:1 news', 'hw:1'],
    ['publish news --mic=hw:1', 'hw:1'],
    ['publish --mic=hw:1 news', 'hw:1'],
    ['publish news --mic --json', undefined],
    ['publish --json news --mic --duration 3', undefined]
  ])('"%s" means the microphone %s on news', (line, device) => {
    expect(parse(line)).toMatchObject({ channel: 'news', source: { type: 'microphone', device } })
  })

  test('takes a file that loops, a tone, and a duration with a fraction', () => {
    expect(parse('publish a/b --file voice.ogg --loop --duration 1.5')).toMatchObject({
      channel: 'a/b',
      source: { type: 'file', path: 'voice.ogg', loop: true },
      durationS: 1.5
    })
    expect(parse('publish news --tone 440')).toMatchObject({ source: { type: 'tone', hz: 440 } })
  })

  test('tells the format of a recording from its name', () => {
    expect(parse('listen news --out a.OGG')).toMatchObject({ out: { path: 'a.OGG', format: 'ogg' } })
    expect(parse('listen news --out a.wav --play')).toMatchObject({ out: { format: 'wav' }, play: true })
  })

  test('asks for help and the version', () => {
    expect(parse('--help')).toEqual({ type: 'help', command: undefined })
    expect(parse('help listen')).toEqual({ type: 'help', command: 'listen' })
    expect(parse('publish --help')).toEqual({ type: 'help', command: 'publish' })
    expect(parse('--version')).toEqual({ type: 'version' })
  })

  test.each([
    [[], 'relay, publish or listen'],
    [['rely'], 'did you mean relay?'],
    [['--json'], 'has to follow a command'],
    [['relay', '--pear', '/ip4/192.0.2.7/tcp/1'], 'did you mean --peer?'],
    [['relay', 'news'], 'takes no "news"'],
    [['relay', '--peer'], '--peer needs a value (see'],
    [['relay', '--peer', '/ip4/192.0.2.7/tcp/7400/p2p/abc'], 'abc is no peer id; copy the whole address'],
    [['relay', '--peer', '/ip4/192.0.2.7/udp/7400/webrtc-direct'], 'without /certhash/'],
    [['relay', '--json=yes'], '--json takes no value'],
    [['relay', '--peer', 'localhost:7400'], '--peer localhost:7400: this is not a multiaddr'],
    [['relay', '--peer', '/ip4/192.0.2.7'], 'reached by tcp, ws, wss or webrtc-direct'],
    [['relay', '--listen', '/ip4/0.0.0.0/udp/1/quic-v1'], 'a relay listens at'],
    [['relay', '--http', '7480'], 'HOST:PORT'],
    [['relay', '--http', '127.0.0.1:70000'], 'HOST:PORT'],
    [['relay', '--neighbours', '129'], '--neighbours takes a whole number up to 128'],
    [['relay', '--neighbours-max', '1'], '--neighbours-max takes a whole number from 2 to 16384, not "1"'],
    [
      ['relay', '--neighbours-max', '17', '--neighbours', '16'],
      'from 18 to 16384 beside --neighbours 16, not "17"'
    ],
    [['publish', '--tone', '440'], 'publish needs a channel'],
    [['publish', 'a', 'b', '--tone', '440'], 'not also "b"'],
    [['publish', 'no good', '--mic'], '"no good" is not a channel name'],
    [['publish', '/news', '--mic'], '"/news" is not a channel name'],
    [['publish', 'news'], 'say what to publish'],
    [['publish', 'news', '--mic', '--tone', '440'], '--mic and --tone cannot be published at once'],
    [['publish', 'news', '--mic', '--loop'], '--loop goes with --file'],
    [['publish', 'news', '--tone', 'high'], '--tone takes a frequency'],
    [['publish', 'news', '--tone', '-5'], '--tone needs a value that begins with no "-"'],
    [['publish', 'news', '--mic='], '--mic= needs a device'],
    [['listen', 'news', '--out', 'a.mp3'], '.ogg or .wav'],
    [['listen', 'news', '--duration', '0'], '--duration takes seconds'],
    [['listen', 'news', '--duration', '1e9'], '--duration takes seconds']
  ])('refuses %j with what to do instead', (args, message) => {
    expect(mistake(args)).toContain(message)
    expect(mistake(args)).not.toContain('\n')
  })
})
