import { CliError } from './errors.ts'

let loaded: Promise<void> | undefined

/**
 * Gives the media package its codecs (FFmpeg). They are 167 MB that a relay does without, so they are loaded when they
 * are first needed, and need not be installed.
 *
 * @throws CliError when they are not installed
 */
export function loadCodecs(): Promise<void> {
  loaded ??= register()
  return loaded
}

/** The same, where sound can do without: @returns whether they are there */
export async function tryLoadCodecs(): Promise<boolean> {
  try {
    await loadCodecs()
    return true
  } catch {
    return false
  }
}

async function register(): Promise<void> {
  try {
    const { registerMediabunnyServer } = await import('@mediabunny/server')
    registerMediabunnyServer()
  } catch (error) {
    if (process.env.HOPCAST_DEBUG) console.error(error)
    throw new CliError('the codecs are not installed: run "npm install @mediabunny/server"')
  }
}
