import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

/** Every random choice of a run comes from this number. A failing test prints it: the same number, the same run. */
const seed = process.env.HOPCAST_SEED ?? String(Math.floor(Math.random() * 2 ** 31))

/** Tests of real programs, which share this machine: one file after the other, and patient. */
const programs = {
  globalSetup: './test/built.ts',
  fileParallelism: false,
  testTimeout: 60_000,
  hookTimeout: 60_000
}

export default defineConfig({
  // The packages import each other's sources, as they do under `node --conditions=source`: unit tests need no build.
  ssr: { resolve: { conditions: ['source', ...defaultServerConditions] } },
  test: {
    allowOnly: false,
    passWithNoTests: process.env.CI === undefined,
    env: { HOPCAST_SEED: seed },
    setupFiles: ['./test/seed.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/{src,page}/**/*.test.ts', 'test/fuzz/**/*.test.ts', 'bench/**/*.test.ts']
        }
      },
      {
        extends: true,
        test: { name: 'sim', include: ['test/{sim,conformance}/**/*.test.ts'], testTimeout: 60_000 }
      },
      { extends: true, test: { name: 'interop', include: ['test/interop/**/*.test.ts'], ...programs } },
      { extends: true, test: { name: 'browser', include: ['test/browser/**/*.test.ts'], ...programs } }
    ]
  }
})
