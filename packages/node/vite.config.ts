/**
 * Builds the program `hopcast`, when scripts/build.mjs says so: a few files instead of the thousand modules that they
 * come from, each of which would be looked for and read at every start (docs/decisions/0028).
 */
import { defineConfig, type Plugin } from 'vite'

/** What has native code, or has to be the same copy for such a one. */
const external = ['node-datachannel', 'sodium-native', 'mediabunny', '@mediabunny/server']

/**
 * To `import` node:http is to load all of Node.js's `fetch` with it, some 45 ms, as a `WebSocket` is among what
 * it exports; to `require` it is not. The same plain way for node:https.
 */
const requiredHttp: Plugin = {
  name: 'required-http',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!/^(node:)?https?$/.test(source)) return undefined
    return importer?.startsWith('\0required:') ? { id: source, external: true } : `\0required:${source}`
  },
  load(id) {
    const [, builtin] = /^\0required:(.*)$/.exec(id) ?? []
    return builtin && `module.exports = require('${builtin}')`
  }
}

export default defineConfig({
  plugins: [requiredHttp],
  ssr: {
    noExternal: true,
    external,
    // What Node.js itself would choose of each package, which is also what the tests of the parts run.
    resolve: { conditions: ['source', 'node'], mainFields: ['main'] }
  },
  build: {
    ssr: 'src/main.ts',
    target: 'node22',
    // For stack traces, and for the benchmark's profiles.
    sourcemap: true,
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      // All in one folder, from which `../page` and `../package.json` are where they are from `src`.
      output: { chunkFileNames: '[name]-[hash].js', sourcemapExcludeSources: true }
    }
  }
})
