export type WebErrorCode =
  /** The page was not loaded over https or from localhost. */
  | 'insecure-context'
  /** The browser is too old, or has no WebCodecs, AudioWorklet or getUserMedia. */
  | 'unsupported-browser'
  /** None of the relays named in `join` could be reached. */
  | 'no-relay'
  | 'microphone-denied'
  | 'microphone-missing'
  | 'microphone-busy'

/** Something that a user can put right. `message` says what happened and the way out, and may be shown as it is. */
export class WebError extends Error {
  override readonly name = 'WebError'
  readonly code: WebErrorCode

  constructor(code: WebErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** @throws WebError `insecure-context`, where the browser hides the APIs that everything here is made of */
export function requireSecureContext(): void {
  if (globalThis.isSecureContext) return
  throw new WebError(
    'insecure-context',
    'Browsers allow sound processing and encryption only on secure pages: open this page over https, or from localhost.'
  )
}

/** @throws WebError `unsupported-browser`, naming the missing interfaces */
export function requireInterfaces(names: readonly string[]): void {
  requireSecureContext()
  const missing = names.filter(name => !(name in globalThis))
  if (missing.length === 0) return
  throw new WebError(
    'unsupported-browser',
    `This browser has no ${missing.join(', ')}: use a current Chrome, Edge, Firefox or Safari.`
  )
}

/**
 * libp2p calls what browsers have had since the winter of 2023/24.
 *
 * @throws WebError `unsupported-browser`
 */
export function requireCurrentBrowser(): void {
  if ('withResolvers' in Promise) return
  throw new WebError(
    'unsupported-browser',
    'This browser is too old: use a current Chrome, Edge, Firefox or Safari.'
  )
}
