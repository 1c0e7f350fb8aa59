/**
 * Makes assets/voice.ogg, the recording that `npm start` publishes, from the text in assets/voice.txt.
 * Needs espeak-ng and sox; what they make is encoded by mediabunny. Only for when the text changes.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { registerMediabunnyServer } from '@mediabunny/server'
import {
  ALL_FORMATS,
  Conversion,
  FilePathSource,
  FilePathTarget,
  Input,
  OggOutputFormat,
  Output
} from 'mediabunny'
import { root } from './workspace.mjs'

const words = readFileSync(join(root, 'assets/voice.txt'), 'utf8').trim().replaceAll('\n', ' ')
const work = mkdtempSync(join(tmpdir(), 'hopcast-voice-'))
try {
  const spoken = join(work, 'spoken.wav')
  const finished = join(work, 'finished.wav')
  execFileSync('espeak-ng', ['-v', 'en-gb+f4', '-s', '158', '-p', '42', '-w', spoken, words])
  // 48 kHz as the network carries it; no rumble, nothing above speech, quiet syllables lifted.
  const band = ['gain', '-6', 'highpass', '70', 'sinc', '-7500']
  const level = ['compand', '0.01,0.15', '6:-60,-60,-30,-20,0,-8', 'norm', '-3']
  const ends = ['silence', '1', '0.05', '0.5%', 'pad', '0.1', '0.4']
  execFileSync('sox', [
    '-R',
    spoken,
    '-r',
    '48000',
    '-c',
    '1',
    '-b',
    '16',
    finished,
    ...band,
    ...level,
    ...ends
  ])
  await encode(finished, join(root, 'assets/voice.ogg'))
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** @param {string} from @param {string} to */
async function encode(from, to) {
  registerMediabunnyServer()
  const input = new Input({ source: new FilePathSource(from), formats: ALL_FORMATS })
  const output = new Output({ format: new OggOutputFormat(), target: new FilePathTarget(to) })
  const conversion = await Conversion.init({
    input,
    output,
    audio: { codec: 'opus', bitrate: 48_000, numberOfChannels: 1, sampleRate: 48_000, forceTranscode: true }
  })
  await conversion.execute()
}
