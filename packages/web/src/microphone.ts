import { requireSecureContext, WebError } from './errors.ts'

export interface MicrophoneOptions {
  /**
   * Take the sound as it is: no echo cancellation, no noise suppression, no automatic gain. Right for music and for
   * headphones; with loudspeakers in the same room it feeds back. Default false.
   */
  raw?: boolean
}

/**
 * Asks for the default microphone. The caller owns the stream and stops its tracks.
 *
 * @throws WebError `insecure-context`, `microphone-denied`, `microphone-missing` or `microphone-busy`
 */
export async function openMicrophone(options: MicrophoneOptions = {}): Promise<MediaStream> {
  requireSecureContext()
  const processed = options.raw !== true
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: processed, noiseSuppression: processed, autoGainControl: processed }
    })
  } catch (error) {
    throw microphoneError(error)
  }
}

/** What getUserMedia rejects with (Media Capture and Streams, 10.2), as a sentence for the person in front of it. */
export function microphoneError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  switch (error.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return new WebError(
        'microphone-denied',
        'The browser does not let this page use the microphone: allow it in the site settings, beside the address, and try again.',
        { cause: error }
      )
    case 'NotFoundError':
    case 'OverconstrainedError':
      return new WebError('microphone-missing', 'No microphone was found: plug one in and try again.', {
        cause: error
      })
    case 'NotReadableError':
    case 'AbortError':
      return new WebError(
        'microphone-busy',
        'The microphone does not start: close other programs that use it and try again.',
        { cause: error }
      )
    default:
      return error
  }
}
