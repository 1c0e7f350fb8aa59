import { readFileSync } from 'node:fs'

/** The package's version, e.g. `0.1.0`; the same path holds from `src`, `dist` and `program`. */
export const version: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8')
).version

/** What neighbours see. */
export const agent = `hopcast-node/${version}`
