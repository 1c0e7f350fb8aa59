/** Runs before the tests of real programs: builds what is older than its sources, so that they test what users start. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'

export function setup(project: TestProject): void {
  build()
  project.onTestsRerun(build)
}

function build(): void {
  const script = fileURLToPath(new URL('../scripts/build.mjs', import.meta.url))
  execFileSync(process.execPath, [script], { stdio: 'inherit' })
}
