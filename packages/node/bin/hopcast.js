#!/usr/bin/env node
// Plain JavaScript that an old Node can parse too, so that it can say what is missing.
import { existsSync } from 'node:fs'
import module from 'node:module'

const [major, minor] = process.versions.node.split('.').map(Number)
const main = new URL('../dist/main.js', import.meta.url)

if (major < 22 || (major === 22 && minor < 12)) {
  console.error(`hopcast: Node.js ${process.versions.node} is too old: install 22.12 or newer`)
  process.exitCode = 1
} else if (!existsSync(main) && existsSync(new URL('../src/main.ts', import.meta.url))) {
  console.error('hopcast: this checkout is not built yet: run "npm run build" first')
  process.exitCode = 1
} else {
  // A third of the start is compiling some 700 modules: the cache in the OS's temporary directory saves it.
  module.enableCompileCache()
  await import(main.href)
}
