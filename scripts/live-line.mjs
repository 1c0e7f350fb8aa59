const journalIntervalMs = 10_000

/** One line that is drawn again and again on a terminal; in a file, a line now and then. */
export class LiveLine {
  #drawnMs = -Infinity
  #ended = false

  draw(/** @type {string} */ text) {
    if (this.#ended) return
    if (process.stdout.isTTY) {
      process.stdout.write(`\r\x1b[2K${text.slice(0, process.stdout.columns - 1)}`)
    } else if (performance.now() - this.#drawnMs >= journalIntervalMs) {
      console.log(text)
      this.#drawnMs = performance.now()
    }
  }

  /** Leaves the line as it stands. */
  end() {
    if (process.stdout.isTTY && !this.#ended) process.stdout.write('\n')
    this.#ended = true
  }
}
