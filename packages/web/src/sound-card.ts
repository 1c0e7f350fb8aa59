import { sampleRate } from '@hopcast/media'
import { requireInterfaces } from './errors.ts'

/**
 * An AudioContext at 48 kHz. Browsers start it only inside a click or key press: call this there, before any `await`.
 *
 * @throws WebError `insecure-context` or `unsupported-browser`
 */
export function openSoundCard(): AudioContext {
  requireInterfaces(['AudioContext', 'AudioWorkletNode', 'AudioDecoder', 'AudioEncoder'])
  return new AudioContext({ sampleRate, latencyHint: 'interactive' })
}

/** @throws TypeError when the context runs at another rate, which would change the pitch */
export async function loadProcessors(context: AudioContext): Promise<void> {
  if (context.sampleRate !== sampleRate) {
    throw new TypeError(
      `The AudioContext runs at ${context.sampleRate} Hz: make it with sampleRate ${sampleRate}`
    )
  }
  await context.audioWorklet.addModule(new URL('./pcm-worklet.js', import.meta.url))
}

/** Milliseconds that a context may take to start before people are told that it does not. */
const startMs = 1_000

/** Whether the browser holds the sound back; it does until somebody clicks or presses a key. */
export function isSilenced(context: AudioContext, startedAt: number): boolean {
  return context.state !== 'running' && performance.now() - startedAt > startMs
}
