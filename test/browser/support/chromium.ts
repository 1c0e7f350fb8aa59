/** A real Chromium, headless, with a loudspeaker whose sound the test can take. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const executablePath = process.env.HOPCAST_CHROMIUM ?? '/usr/bin/chromium'

/** Whether there is a Chromium to test with. Under CI its absence fails here; elsewhere it is said aloud. */
export const hasChromium = findChromium()

function findChromium(): boolean {
  if (existsSync(executablePath)) return true
  const wayOut = `no Chromium at ${executablePath}: install it (apt install chromium), or set HOPCAST_CHROMIUM`
  if (process.env.CI) throw new Error(wayOut)
  console.warn(`\n  !!! THE BROWSER TESTS ARE SKIPPED: ${wayOut}\n`)
  return false
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // WebRTC on loopback, with the address itself rather than an mDNS name for it.
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns'
]

/** @param microphone a WAV file that plays, again and again, as the microphone; without it there is none */
export function openChromium(options: { microphone?: string } = {}): Promise<Browser> {
  const microphone = options.microphone
    ? [
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-audio-capture=${options.microphone}`
      ]
    : []
  return chromium.launch({ executablePath, args: [...flags, ...microphone] })
}
