/**
 * The programs by which the systems record and play: 48 kHz, 16 bits, little endian, on a pipe. Sixteen bits are what
 * every one of them and every device has.
 */
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isInstalled } from './child-program.ts'

export interface SoundProgram {
  program: string
  args: string[]
  /** The folder that it has to run in, if not in ours. */
  cwd?: string
}

interface Choice extends SoundProgram {
  /** What it talks to is there. */
  usable: boolean
}

export const recorderPackages =
  'pipewire-bin (pw-record), pulseaudio-utils (parecord), alsa-utils (arecord) or ffmpeg'
export const playerPackages =
  'pipewire-bin (pw-play), pulseaudio-utils (paplay), alsa-utils (aplay) or ffmpeg (ffplay)'

/** @returns what may record here, the best first */
export function recorders(device: string | undefined, channels: number): SoundProgram[] {
  const { pipewire, pulse } = soundServers()
  const pw = ['--rate=48000', '--format=s16', `--channels=${channels}`, '--latency=20ms']
  const alsaOnly = device !== undefined && isAlsaName(device)
  const target = device === undefined ? [] : [`--target=${device}`]
  const choices: Choice[] = [
    { program: 'pw-record', args: [...pw, ...target, '--raw', '-'], usable: pipewire && !alsaOnly },
    {
      program: 'parecord',
      args: [...pulseArgs(channels), ...(device === undefined ? [] : [`--device=${device}`])],
      usable: pulse && !alsaOnly
    },
    // Older versions do not know --raw, and are raw on a pipe. Still older ones take "-" for the name of a file, which
    // must not be left with the user.
    { program: 'pw-record', args: [...pw, ...target, '-'], usable: pipewire && !alsaOnly, cwd: tmpdir() },
    {
      program: 'arecord',
      args: [...alsaArgs(channels), '--period-time=20000', '--buffer-time=200000', ...alsaDevice(device)],
      usable: process.platform === 'linux'
    },
    ffmpegRecorder(device, channels, pulse && !alsaOnly)
  ]
  return installed(choices)
}

/** @returns what may play here, the best first */
export function players(channels: number): SoundProgram[] {
  const { pipewire, pulse } = soundServers()
  const pw = ['--rate=48000', '--format=s16', `--channels=${channels}`, '--latency=40ms']
  return installed([
    { program: 'pw-play', args: [...pw, '--raw', '-'], usable: pipewire },
    { program: 'paplay', args: pulseArgs(channels), usable: pulse },
    { program: 'pw-play', args: [...pw, '-'], usable: pipewire },
    {
      program: 'aplay',
      args: [...alsaArgs(channels), '--buffer-time=200000'],
      usable: process.platform === 'linux'
    },
    {
      program: 'ffplay',
      args: [
        ...[
          '-nodisp',
          '-autoexit',
          '-loglevel',
          'error',
          '-fflags',
          'nobuffer',
          '-f',
          's16le',
          '-ar',
          '48000'
        ],
        ...['-ch_layout', channels === 1 ? 'mono' : 'stereo', '-i', 'pipe:0']
      ],
      usable: true
    }
  ])
}

function installed(choices: Choice[]): SoundProgram[] {
  return choices.filter(({ program, usable }) => usable && isInstalled(program))
}

function pulseArgs(channels: number): string[] {
  return [
    '--raw',
    '--rate=48000',
    '--format=s16le',
    `--channels=${channels}`,
    '--latency-msec=20',
    '--client-name=hopcast'
  ]
}

function alsaArgs(channels: number): string[] {
  return ['--quiet', '--file-type=raw', '--format=S16_LE', '--rate=48000', `--channels=${channels}`]
}

/** The hardware itself may know neither mono nor 48 kHz: ALSA's `plug` in front of it converts. */
function alsaDevice(device: string | undefined): string[] {
  return device === undefined ? [] : [`--device=${device.replace(/^hw:/, 'plughw:')}`]
}

function isAlsaName(device: string): boolean {
  return /^(hw|plughw|sysdefault|dsnoop|front|iec958):/.test(device)
}

function ffmpegRecorder(device: string | undefined, channels: number, pulse: boolean): Choice {
  const input = ffmpegInput(device, pulse)
  return {
    program: 'ffmpeg',
    args: [
      ...['-hide_banner', '-nostdin', '-loglevel', 'error', ...(input ?? [])],
      ...['-ar', '48000', '-ac', String(channels), '-f', 's16le', '-flush_packets', '1', 'pipe:1']
    ],
    usable: input !== undefined
  }
}

function ffmpegInput(device: string | undefined, pulse: boolean): string[] | undefined {
  switch (process.platform) {
    case 'linux':
      return ['-f', pulse ? 'pulse' : 'alsa', '-i', device ?? 'default']
    case 'darwin':
      return ['-f', 'avfoundation', '-i', `:${device ?? 'default'}`]
    case 'win32':
      // DirectShow has no name for the default device.
      return device === undefined ? undefined : ['-f', 'dshow', '-i', `audio=${device}`]
    default:
      return ['-f', 'oss', '-i', device ?? '/dev/dsp']
  }
}

/** Which sound servers have a socket to talk to. Asking one that does not run costs seconds, or starts it. */
function soundServers(): { pipewire: boolean; pulse: boolean } {
  const { XDG_RUNTIME_DIR, PIPEWIRE_RUNTIME_DIR, PIPEWIRE_REMOTE, PULSE_SERVER, PULSE_RUNTIME_PATH } =
    process.env
  const pipewireFolder = PIPEWIRE_RUNTIME_DIR ?? XDG_RUNTIME_DIR
  const pulseFolder = PULSE_RUNTIME_PATH ?? (XDG_RUNTIME_DIR && join(XDG_RUNTIME_DIR, 'pulse'))
  return {
    pipewire:
      pipewireFolder !== undefined && existsSync(join(pipewireFolder, PIPEWIRE_REMOTE ?? 'pipewire-0')),
    pulse:
      PULSE_SERVER !== undefined ||
      existsSync('/run/pulse/native') ||
      (pulseFolder !== undefined && existsSync(join(pulseFolder, 'native')))
  }
}
