#!/usr/bin/env node
// Plain JavaScript that an old Node can parse too, so that it can hand over to a newer one, or say what is missing.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
const main = new URL('../program/main.js', import.meta.url)
/** The Node that the repository installs for itself, see CONTRIBUTING. */
const ownNode = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url))

if (major < 22 || (major === 22 && minor < 12)) {
  if (existsSync(ownNode)) handOver()
  else fail(`Node.js ${process.versions.node} is too old: install 22.12 or newer`)
} else if (!existsSync(main) && existsSync(new URL('../src/main.ts', import.meta.url))) {
  fail('this checkout is not built yet: run "npm run build" first')
} else {
  if (process.env.HOPCAST_DEBUG) process.setSourceMapsEnabled(true)
  // Keeps what V8 has compiled in the system's temporary directory for the next start.
  module.enableCompileCache()
  await import(main.href)
}

/** Runs the same again with the newer Node, as if it were this process. */
function handOver() {
  const child = spawn(ownNode, process.argv.slice(1), { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', code => {
    process.exitCode = code ?? 1
  })
}

function fail(reason) {
  console.error(`hopcast: ${reason}`)
  process.exitCode = 1
}
