/**
 * `npm start`: a relay with its page on this machine only, and the bundled voice on the channel `demo`, until Ctrl-C.
 * Both are the `hopcast` program that anybody can run; here their reports become one live line.
 */
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { HopcastProgram } from './hopcast-program.mjs'
import { LiveLine } from './live-line.mjs'
import { main, Problem, root } from './workspace.mjs'

const defaultPorts = { tcp: 7400, websocket: 7401, http: 7480 }
const channel = 'demo'
const startMaxMs = 30_000

/** @type {HopcastProgram[]} */
const programs = []
let stopping = false

await main(async () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  try {
    const listening = await startRelay()
    if (!listening) return
    introduce(listening)
    await publishVoice(listening)
  } finally {
    await Promise.all(programs.map(program => program.stop()))
  }
})

/** A second Ctrl-C is not waited for. npm may pass the first one on, so it has to be a moment later. */
function stop() {
  if (stopping) return
  stopping = true
  for (const program of programs) program.stop()
  setTimeout(() => process.on('SIGINT', () => process.exit(130)), 500).unref()
}

/** @returns {Promise<{ peerId: string, addresses: string[], http: string } | undefined>} */
async function startRelay() {
  const { tcp, websocket, http, identity } = await choosePorts()
  mkdirSync(join(root, '.hopcast'), { recursive: true })
  const listen = [
    `/ip4/127.0.0.1/tcp/${tcp}`,
    `/ip4/127.0.0.1/tcp/${websocket}/ws`,
    '/ip4/127.0.0.1/udp/0/webrtc-direct'
  ]
  const relay = run('the relay', [
    'relay',
    ...['--no-discovery', '--json', '--http', `127.0.0.1:${http}`],
    ...listen.flatMap(address => ['--listen', address]),
    ...identity
  ])
  return /** @type {any} */ (await first(relay, 'listening'))
}

/** The default ports where they are free; 0, which takes any free one, where they are not. */
async function choosePorts() {
  const entries = Object.entries(defaultPorts)
  const free = await Promise.all(entries.map(([, port]) => isFree(port)))
  const taken = entries.filter((_, index) => !free[index]).map(([, port]) => port)
  // The one that has the ports may be another `npm start`, and two relays must not have one identity.
  const identity = taken.length === 0 ? ['--identity', '.hopcast/relay.key'] : []
  if (taken.length > 0) {
    console.log(`Taken on this machine: port ${taken.join(', ')}. Using others, and a temporary identity.`)
  }
  const port = (/** @type {number} */ wanted) => (taken.includes(wanted) ? 0 : wanted)
  const { tcp, websocket, http } = defaultPorts
  return { tcp: port(tcp), websocket: port(websocket), http: port(http), identity }
}

/** @returns {Promise<boolean>} */
function isFree(/** @type {number} */ port) {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

function introduce(
  /** @type {{ peerId: string, addresses: string[], http: string }} */ { peerId, addresses, http }
) {
  const peer = plainTcp(addresses)
  console.log(`
  The page    ${http}
              Open it and press Listen: a voice is on the channel "${channel}".

  The relay   ${peerId}
${addresses.map(address => `              ${address}`).join('\n')}

  Try next, each in a terminal of its own:
    npx hopcast publish mine --mic --no-discovery --peer ${peer}
    npx hopcast listen ${channel} --play --no-discovery --peer ${peer}

  Ctrl-C ends it.
`)
}

function plainTcp(/** @type {string[]} */ addresses) {
  const address = addresses.find(candidate => /\/tcp\/\d+(\/p2p\/\w+)?$/.test(candidate))
  if (!address) throw new Problem(`The relay listens at no TCP address: ${addresses.join(', ')}`)
  return address.replace(/\/p2p\/\w+$/, '')
}

/** Publishes until stopped, with a live line about it. */
async function publishVoice(/** @type {{ addresses: string[] }} */ { addresses }) {
  const file = ['--file', 'assets/voice.ogg', '--loop']
  const voice = run('the publisher', [
    'publish',
    channel,
    ...file,
    '--no-discovery',
    '--json',
    '--peer',
    plainTcp(addresses)
  ])
  const [relay = voice] = programs
  const live = new LiveLine()
  const draw = () => live.draw(statusText(relay.stats, voice.stats))
  voice.onStats = draw
  const ended = await Promise.race(programs.map(program => program.ended))
  live.end()
  if (!stopping) throw new Problem(ended)
}

function statusText(
  /** @type {Record<string, number>} */ relay,
  /** @type {Record<string, number>} */ voice
) {
  const seconds = Math.floor((voice.frames ?? 0) / 50)
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  const rate = `${Math.round((voice.bitrate ?? 0) / 1000)} kbit/s`
  // The publisher is a neighbour of the relay too.
  const others = (relay.neighbours ?? 0) - 1
  const audience = others > 0 ? `${others} more connected` : 'nobody else connected yet'
  return `"${channel}" on air for ${clock} · ${rate} · ${audience}`
}

function run(/** @type {string} */ name, /** @type {string[]} */ args) {
  const program = new HopcastProgram(name, args)
  programs.push(program)
  return program
}

/**
 * Waits for a program's first report of a type; undefined when it was stopped before.
 *
 * @param {HopcastProgram} program
 * @param {string} type
 * @throws Problem when it ends by itself, or takes too long
 */
async function first(program, type) {
  const tooLate = Promise.withResolvers()
  const timer = setTimeout(() => {
    tooLate.reject(new Problem(`${program.name} did not start within ${startMaxMs / 1000} s`))
  }, startMaxMs)
  const gone = program.ended.then(how => {
    if (!stopping) throw new Problem(how)
  })
  try {
    return await Promise.race([program.report(type), gone, tooLate.promise])
  } finally {
    clearTimeout(timer)
  }
}
