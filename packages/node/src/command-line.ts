/** What was typed, checked as far as that goes without the network or the disk. */
import { extname } from 'node:path'
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { checkChannelName, neighbourLimits, placesMinBeside } from '@hopcast/protocol'
import { checkListenAddress, checkPeerAddress } from './addresses.ts'
import { UsageError } from './errors.ts'
import { suggestion } from './suggestion.ts'

export type Command =
  | { type: 'help'; command: CommandName | undefined }
  | { type: 'version' }
  | RelayCommand
  | PublishCommand
  | ListenCommand

export interface RelayCommand {
  type: 'relay'
  /** Empty: the default addresses. */
  listen: string[]
  peers: string[]
  discovery: boolean
  /** How many neighbours it looks for by itself. */
  neighbours: number
  /** How many neighbours it has at most. */
  neighboursMax: number | undefined
  /** What it sends at most, in bits per second; undefined: no limit. */
  uplinkBps: number | undefined
  http: HttpAddress
  identity: string | undefined
  json: boolean
}

export interface HttpAddress {
  host: string
  port: number
}

export interface PublishCommand {
  type: 'publish'
  channel: string
  source: SourceChoice
  peers: string[]
  discovery: boolean
  durationS: number | undefined
  json: boolean
}

export type SourceChoice =
  | { type: 'microphone'; device: string | undefined }
  | { type: 'file'; path: string; loop: boolean }
  | { type: 'tone'; hz: number }

export interface ListenCommand {
  type: 'listen'
  channel: string
  out: { path: string; format: 'ogg' | 'wav' } | undefined
  play: boolean
  peers: string[]
  discovery: boolean
  durationS: number | undefined
  json: boolean
}

export type CommandName = 'relay' | 'publish' | 'listen'

const commandNames: readonly CommandName[] = ['relay', 'publish', 'listen']

const { discoveredMax, placesMin, placesMax } = neighbourLimits
/** The longest that Node's timers can wait is 24 days. */
const durationMaxS = 2_000_000

const text = { type: 'string' } as const
const texts = { type: 'string', multiple: true } as const
const flag = { type: 'boolean' } as const
const common = {
  peer: texts,
  'no-discovery': flag,
  json: flag,
  help: { type: 'boolean', short: 'h' }
} as const

const optionsOf = {
  relay: {
    ...common,
    ...{ listen: texts, neighbours: text, 'neighbours-max': text, uplink: text, http: text, identity: text }
  },
  publish: { ...common, mic: flag, file: text, loop: flag, tone: text, duration: text },
  listen: { ...common, out: text, play: flag, duration: text }
} as const

/**
 * @param args what follows the program's name
 * @throws UsageError with what to do instead
 */
export function parseCommandLine(args: readonly string[]): Command {
  const [name, ...rest] = args
  if (name === undefined)
    throw new UsageError('say what to do: relay, publish or listen (see "hopcast --help")')
  if (name === '--version' || name === '-V') return { type: 'version' }
  if (name === '--help' || name === '-h' || name === 'help') {
    const about = rest[0]
    return { type: 'help', command: about === undefined ? undefined : checkCommandName(about) }
  }
  const command = checkCommandName(name)
  const typed = parseOptions(command, rest)
  if (typed.values.help === true) return { type: 'help', command }
  switch (command) {
    case 'relay':
      return relayCommand(typed)
    case 'publish':
      return publishCommand(typed)
    case 'listen':
      return listenCommand(typed)
  }
}

function checkCommandName(name: string): CommandName {
  const command = commandNames.find(known => known === name)
  if (command !== undefined) return command
  if (name.startsWith('-')) throw new UsageError(`${name} has to follow a command: relay, publish or listen`)
  throw new UsageError(`there is no command ${quoted(name)}${didYouMean(suggestion(name, commandNames))}`)
}

/** The values of all commands' options, so that what they share is read by the same functions. */
interface Typed {
  values: {
    listen?: string[]
    peer?: string[]
    'no-discovery'?: boolean
    neighbours?: string
    'neighbours-max'?: string
    uplink?: string
    json?: boolean
    help?: boolean
    http?: string
    identity?: string
    mic?: boolean
    file?: string
    loop?: boolean
    tone?: string
    duration?: string
    out?: string
    play?: boolean
  }
  positionals: string[]
  device: string | undefined
}

/**
 * `parseArgs` has no options whose value may be left out, as that of `--mic` may. So `--mic` is a flag there, and a
 * word right after it is the device if another word is left to be the channel.
 */
function parseOptions(command: CommandName, args: string[]): Typed {
  const inline = args.find(arg => arg.startsWith('--mic='))
  const plain = args.map(arg => (arg === inline ? '--mic' : arg))
  const options: ParseArgsOptionsConfig = optionsOf[command]
  let parsed: { values: object; positionals: string[]; tokens: Token[] }
  try {
    parsed = parseArgs({ args: plain, options, allowPositionals: true, tokens: true })
  } catch (error) {
    throw optionError(error, command, Object.keys(options))
  }
  const { positionals } = parsed
  // `optionsOf` says which are texts and which flags.
  const values = parsed.values as Typed['values']
  if (inline !== undefined) {
    const device = inline.slice('--mic='.length)
    if (device === '')
      throw new UsageError('--mic= needs a device, or leave the "=" away for the default one')
    return { values, positionals, device }
  }
  const mic = parsed.tokens.findIndex(token => token.kind === 'option' && token.name === 'mic')
  const next = parsed.tokens[mic + 1]
  if (mic === -1 || next?.kind !== 'positional' || positionals.length < 2) {
    return { values, positionals, device: undefined }
  }
  const words = parsed.tokens.filter(token => token.kind === 'positional')
  return {
    values,
    positionals: words.filter(word => word !== next).map(word => word.value ?? ''),
    device: next.value
  }
}

interface Token {
  kind: 'option' | 'positional' | 'option-terminator'
  name?: string
  value?: string | undefined
}

function optionError(error: unknown, command: CommandName, known: string[]): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  const option = /'(?:-\w, )?(--?[^' <=]+)/.exec(error.message)?.[1] ?? ''
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const meant = suggestion(option.replace(/^-+/, ''), known)
    return new UsageError(`there is no option ${option}${didYouMean(meant && `--${meant}`, command)}`)
  }
  if (error.code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
    if (error.message.includes('does not take an argument')) return new UsageError(`${option} takes no value`)
    const isDash = error.message.includes('ambiguous')
    return new UsageError(`${option} needs a value${isDash ? ' that begins with no "-"' : ''} (see --help)`)
  }
  return error
}

function relayCommand({ values, positionals }: Typed): RelayCommand {
  if (positionals[0] !== undefined) {
    throw new UsageError(`relay takes no ${quoted(positionals[0])}: it carries every channel (see --help)`)
  }
  const neighbours = parseNeighbours(values.neighbours)
  return {
    type: 'relay',
    listen: (values.listen ?? []).map(checkListenAddress),
    peers: (values.peer ?? []).map(checkPeerAddress),
    discovery: values['no-discovery'] !== true,
    neighbours,
    neighboursMax: parseNeighboursMax(values['neighbours-max'], neighbours),
    uplinkBps: parseRate(values.uplink),
    http: parseHttpAddress(values.http ?? '127.0.0.1:7480'),
    identity: values.identity,
    json: values.json === true
  }
}

function publishCommand(typed: Typed): PublishCommand {
  const { values } = typed
  return {
    type: 'publish',
    channel: parseChannel('publish', typed.positionals),
    source: parseSource(typed),
    peers: (values.peer ?? []).map(checkPeerAddress),
    discovery: values['no-discovery'] !== true,
    durationS: parseDuration(values.duration),
    json: values.json === true
  }
}

function listenCommand({ values, positionals }: Typed): ListenCommand {
  return {
    type: 'listen',
    channel: parseChannel('listen', positionals),
    out: parseOut(values.out),
    play: values.play === true,
    peers: (values.peer ?? []).map(checkPeerAddress),
    discovery: values['no-discovery'] !== true,
    durationS: parseDuration(values.duration),
    json: values.json === true
  }
}

function parseChannel(command: CommandName, positionals: string[]): string {
  const [name, tooMany] = positionals
  if (name === undefined) throw new UsageError(`${command} needs a channel, e.g. "hopcast ${command} news"`)
  if (tooMany !== undefined) {
    throw new UsageError(`${command} takes one channel, not also ${quoted(tooMany)}`)
  }
  try {
    return checkChannelName(name)
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message)
    throw error
  }
}

function parseSource({ values, device }: Typed): SourceChoice {
  const chosen = ['mic', 'file', 'tone'].filter(name => Object.hasOwn(values, name))
  if (chosen.length !== 1) {
    const what = chosen.map(name => `--${name}`).join(' and ')
    throw new UsageError(
      chosen.length === 0
        ? 'say what to publish: --mic, --file PATH or --tone HZ'
        : `${what} cannot be published at once: choose one`
    )
  }
  if (values.loop === true && values.file === undefined) throw new UsageError('--loop goes with --file only')
  if (values.file !== undefined) return { type: 'file', path: values.file, loop: values.loop === true }
  if (values.tone === undefined) return { type: 'microphone', device }
  const hz = Number(values.tone)
  if (!(hz >= 20 && hz <= 20_000)) {
    throw new UsageError(`--tone takes a frequency from 20 to 20000 Hz, not ${quoted(values.tone)}`)
  }
  return { type: 'tone', hz }
}

function parseOut(path: string | undefined): ListenCommand['out'] {
  if (path === undefined) return undefined
  const extension = extname(path).toLowerCase()
  if (extension === '.ogg') return { path, format: 'ogg' }
  if (extension === '.wav') return { path, format: 'wav' }
  throw new UsageError(`--out ${path}: the name has to end in .ogg or .wav, which says how to record`)
}

function parseNeighbours(count: string | undefined): number {
  const neighbours = Number(count ?? 0)
  if (count?.trim() === '' || !Number.isInteger(neighbours) || neighbours < 0 || neighbours > discoveredMax) {
    throw new UsageError(
      `--neighbours takes a whole number up to ${discoveredMax}, not ${quoted(count ?? '')}`
    )
  }
  return neighbours
}

/** @param neighbours that it looks for */
function parseNeighboursMax(count: string | undefined, neighbours: number): number | undefined {
  if (count === undefined) return undefined
  const min = placesMinBeside(neighbours)
  const places = Number(count)
  if (count.trim() === '' || !Number.isInteger(places) || places < min || places > placesMax) {
    const why = min > placesMin ? ` beside --neighbours ${neighbours}` : ''
    throw new UsageError(
      `--neighbours-max takes a whole number from ${min} to ${placesMax}${why}, not ${quoted(count)}`
    )
  }
  return places
}

/** Bits per second, as `20M` or `500k`. */
function parseRate(rate: string | undefined): number | undefined {
  if (rate === undefined) return undefined
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(rate.trim()) ?? []
  const bps = Number(number) * { '': 1, k: 1e3, M: 1e6, G: 1e9 }[unit as '' | 'k' | 'M' | 'G']
  if (!(bps > 0)) {
    throw new UsageError(`--uplink takes bits per second, as 500k or 20M, not ${quoted(rate)}`)
  }
  return bps
}

function parseDuration(seconds: string | undefined): number | undefined {
  if (seconds === undefined) return undefined
  const durationS = Number(seconds)
  if (seconds.trim() === '' || !(durationS > 0 && durationS <= durationMaxS)) {
    throw new UsageError(
      `--duration takes seconds, above 0 and up to ${durationMaxS}, not ${quoted(seconds)}`
    )
  }
  return durationS
}

/** HOST:PORT, with an IPv6 host in brackets. */
function parseHttpAddress(typed: string): HttpAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(typed)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || !(port <= 65_535)) {
    throw new UsageError(`--http takes HOST:PORT, e.g. 127.0.0.1:7480, not ${quoted(typed)}`)
  }
  return { host, port }
}

function didYouMean(word: string | undefined, command?: CommandName): string {
  const help = command === undefined ? 'hopcast --help' : `hopcast ${command} --help`
  return word === undefined ? ` (see "${help}")` : `: did you mean ${word}?`
}

function quoted(typed: string): string {
  return JSON.stringify(typed)
}
