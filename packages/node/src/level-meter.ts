/** The loudest sample since it was last asked for. */
export class LevelMeter {
  #peak = 0

  add(samples: Float32Array): void {
    for (const sample of samples) {
      const loud = Math.abs(sample)
      if (loud > this.#peak) this.#peak = loud
    }
  }

  /** dB below full scale, to a tenth; null for silence. */
  take(): number | null {
    const peak = this.#peak
    this.#peak = 0
    return peak > 0 ? Math.round(200 * Math.log10(peak)) / 10 : null
  }
}
