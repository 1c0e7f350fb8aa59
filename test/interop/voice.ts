/** The bundled voice as samples, and recordings of it. */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { readAudio, sampleRate } from '@hopcast/media'
import { registerMediabunnyServer } from '@mediabunny/server'
import { FilePathSource } from 'mediabunny'

/** The recording that comes with the project. */
export const voiceFile = fileURLToPath(new URL('../../assets/voice.ogg', import.meta.url))

registerMediabunnyServer()

/** Mono, 48 kHz: `seconds` of the voice. */
export async function voice(seconds: number): Promise<Float32Array> {
  return (await readSamples(voiceFile)).slice(0, seconds * sampleRate)
}

/** Any audio file as mono samples at 48 kHz. */
export async function readSamples(path: string): Promise<Float32Array> {
  const pieces: Float32Array[] = []
  for await (const { samples } of readAudio(new FilePathSource(path), { channels: 1 })) pieces.push(samples)
  const samples = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    samples.set(piece, at)
    at += piece.length
  }
  return samples
}

/** 16 bits, little endian, without a header. */
export function pcm16(samples: Float32Array): Buffer {
  const bytes = Buffer.alloc(samples.length * 2)
  for (const [i, sample] of samples.entries()) {
    bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767))), i * 2)
  }
  return bytes
}

/** Writes mono samples at 48 kHz as a WAV file. */
export async function writeWav(path: string, samples: Float32Array): Promise<void> {
  const data = pcm16(samples)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + data.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(sampleRate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(data.length, 40)
  await writeFile(path, Buffer.concat([header, data]))
}
