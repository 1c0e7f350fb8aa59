/** Preloaded into a relay with --expose-gc: tells the benchmark, when it asks, how many bytes are held. */
process.on('message', async () => {
  // What the first finds to be finalized, the second collects.
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.()
    await new Promise(setImmediate)
  }
  const { heapUsed, external } = process.memoryUsage()
  process.send?.({ heldBytes: heapUsed + external })
})
// The benchmark's end is not the relay's.
process.channel?.unref()
