import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import type { Child } from '../child.ts'
import { listenAddress } from '../clients/libp2p-node.ts'
import type { Memory } from '../relays/tell-memory.mjs'
import { root, type Stage } from '../stage.ts'
import { type Contestant, endpointsOf } from './contestant.ts'

interface Listening {
  type: string
  addresses: string[]
  http: string
}

/** What users start: built, so that a relay does not hold the compiler of Node.js for types, some 10 MiB. */
const program = 'packages/node/bin/hopcast.js'
const execute = promisify(execFile)

/** The relay under test: the program that users start. */
export const hopcast: Contestant = relayOf('hopcast', root)

/** The relay of another checkout of this repository: what a change costs. The load is this one's. */
export function hopcastIn(folder: string): Contestant {
  return relayOf('other-checkout', folder)
}

function relayOf(name: string, folder: string): Contestant {
  return {
    name,
    missing: () => missingIn(folder),
    async start(stage, { transport = 'tcp' }) {
      const also = transport === 'tcp' ? [] : ['--listen', listenAddress[transport]]
      const { relay, addresses } = await startRelay(stage, also, [], folder)
      const { endpoint } = endpointsOf('hopcast-least', addresses)
      // By other ways than TCP come tabs.
      const { toSubscribers = endpoint } = endpointsOf('hopcast', addresses)
      return { endpoint, toSubscribers, relay }
    }
  }
}

function missingIn(folder: string): string | undefined {
  if (!existsSync(join(folder, program))) return `no ${program} in ${folder}`
  const core = join(folder, 'node_modules/@hopcast/protocol')
  if (!existsSync(core)) return `nothing is installed in ${folder}: npm ci`
  // Of a folder that shares this one's modules the core would be this one's.
  if (realpathSync(core).startsWith(realpathSync(folder) + sep)) return undefined
  return `${core} is another checkout's: npm ci`
}

/** So many of them, each of which knows the one before: publishers are at the first, subscribers at the last. */
export function hopcastLine(count: number): Contestant {
  return {
    name: `hopcast-line-${count}`,
    missing: () => undefined,
    async start(stage) {
      const first = await startRelay(stage)
      const all = [first]
      let last = first
      while (all.length < count) {
        last = await startRelay(stage, ['--peer', last.addresses[0] as string])
        all.push(last)
      }
      const { endpoint } = endpointsOf('hopcast-least', first.addresses)
      const { endpoint: toSubscribers } = endpointsOf('hopcast-least', last.addresses)
      return {
        endpoint,
        toSubscribers,
        relay: last.relay,
        others: all.slice(0, -1).map(({ relay }) => relay)
      }
    }
  }
}

/**
 * Builds, in a checkout, what is older than its sources.
 *
 * @throws with what the build said, when it fails
 */
export async function buildIn(folder: string): Promise<void> {
  await execute(process.execPath, [join(folder, 'scripts/build.mjs')])
}

/** On TCP, and with what else `args` say; `nodeArgs` are for Node.js, and `cwd` is the checkout whose relay it is. */
export async function startRelay(
  stage: Stage,
  args: readonly string[] = [],
  nodeArgs: readonly string[] = [],
  cwd: string = root
): Promise<Listening & { relay: Child }> {
  const node = [...profiling(stage), ...nodeArgs, program]
  const listen = ['--listen', listenAddress.tcp, ...args, '--http', '127.0.0.1:0', '--no-discovery', '--json']
  const relay = stage.start('hopcast', process.execPath, [...node, 'relay', ...listen], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    cwd
  })
  return { ...(await listeningOf(relay)), relay }
}

/** What the relay tells its operator under this name; 0 when it does not. */
export async function metricAt(http: string, metric: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', http))).text()
  return Number(new RegExp(`^${metric} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
}

/** What a relay takes that was started with `tellsMemory`, once its garbage is collected. */
export async function memoryOf(relay: Child): Promise<Memory> {
  const told = new Promise<Memory>(resolve => relay.process.once('message', resolve))
  relay.send('memory')
  return relay.within('its memory', told)
}

/** For `nodeArgs`. */
export const tellsMemory = ['--expose-gc', '--import', './bench/relays/tell-memory.mjs']

export function listeningOf(relay: Child): Promise<Listening> {
  return relay.line('listening', line => {
    const report = line.startsWith('{') ? (JSON.parse(line) as Listening) : undefined
    return report?.type === 'listening' ? report : undefined
  })
}

function profiling({ profile }: Stage): string[] {
  return profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
}
