/** Runs before each test file: fast-check draws from the run's seed, which a failure names. */
import { configureGlobal } from 'fast-check'
import { afterEach } from 'vitest'

const seed = Number(process.env.HOPCAST_SEED)
if (!Number.isInteger(seed))
  throw new TypeError(`HOPCAST_SEED=${process.env.HOPCAST_SEED} is not a whole number`)
configureGlobal({ seed })

afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(`Repeat it with HOPCAST_SEED=${seed}`)
})
