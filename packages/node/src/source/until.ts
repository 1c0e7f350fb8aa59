/**
 * Passes on until `signal` is aborted, also while the source keeps it waiting.
 */
export function until<T>(signal: AbortSignal) {
  return async function* (source: AsyncIterable<T>): AsyncGenerator<T> {
    const iterator = source[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await nextUnlessAborted(iterator, signal)
        if (next === undefined || next.done === true) return
        yield next.value
      }
    } finally {
      // Not waited for: a source in the middle of a read cannot return before it.
      iterator.return?.().catch(() => {})
    }
  }
}

/** A race with one promise for the whole stream would leave something behind in it with every block. */
function nextUnlessAborted<T>(
  iterator: AsyncIterator<T>,
  signal: AbortSignal
): Promise<IteratorResult<T> | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve(undefined)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}
