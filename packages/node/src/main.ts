import { run } from './run.ts'

const exitCode = await run(process.argv.slice(2))
// What is still open by now (a socket that does not close, a dial under way) must not keep the process.
process.stdout.write('', () => process.exit(exitCode))
