import { setFlagsFromString } from 'node:v8'
import { run } from './run.ts'

// Four times of what is in use, as V8 has it for heaps that fill fast: docs/decisions/0026-the-heap-may-grow.md.
setFlagsFromString('--heap-growing-percent=300')

const exitCode = await run(process.argv.slice(2))
// What is still open by now (a socket that does not close, a dial under way) must not keep the process.
process.stdout.write('', () => process.exit(exitCode))
