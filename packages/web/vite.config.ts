/** Builds the page that a relay serves, when scripts/build.mjs says so. */
import { defaultClientConditions, defineConfig } from 'vite'

export default defineConfig({
  root: 'page',
  base: './',
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    target: 'es2022',
    // The page is one screen: a single script, and no preload shim for browsers that cannot run it anyway.
    modulePreload: false,
    // The worklet and the icon stay files: a strict content security policy refuses `data:` for scripts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    // Beside the page, the licences of what it is made of.
    license: { fileName: 'licenses.md' }
  }
})
