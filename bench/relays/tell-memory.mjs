/**
 * Preloaded into a relay with --expose-gc: tells the benchmark, when it asks, how many bytes it takes without garbage. Plain
 * JavaScript, for which Node.js loads no compiler.
 *
 * @typedef {object} Memory
 * @property {number} heldBytes by JavaScript
 * @property {number} residentBytes from the system: that, what libraries in C hold, and what is not given back
 */

process.on('message', async () => {
  // What the first finds to be finalized, the second collects. What is read next must not hold what came meanwhile.
  globalThis.gc?.()
  await new Promise(resolve => setImmediate(resolve))
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  process.send?.(/** @satisfies {Memory} */ ({ heldBytes: heapUsed + external, residentBytes: rss }))
})
// The benchmark's end is not the relay's.
process.channel?.unref()
