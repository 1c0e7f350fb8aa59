/** Preloaded into a relay with --expose-gc: tells the benchmark, when it asks, how many bytes it takes without garbage. */
export interface Memory {
  /** By JavaScript. */
  heldBytes: number
  /** From the system: that, what libraries in C hold, and what is not given back. */
  residentBytes: number
}

process.on('message', async () => {
  // What the first finds to be finalized, the second collects. What is read next must not hold what came meanwhile.
  globalThis.gc?.()
  await new Promise(setImmediate)
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  process.send?.({ heldBytes: heapUsed + external, residentBytes: rss } satisfies Memory)
})
// The benchmark's end is not the relay's.
process.channel?.unref()
