/**
 * Says when a sample was captured, by the wall clock, from when the blocks of samples arrived.
 *
 * A sound card's clock is off by up to some 100 ppm, so "start + samples / rate" drifts away within an hour, while a
 * block's arrival is late by whatever the system was busy with. The least lateness of the recent past is the truth:
 * earlier arrivals are believed at once, later ones slowly.
 */
export class CaptureClock {
  #offsetUs: number | undefined

  /**
   * @param endUs position of the block's end in the stream, microseconds of samples
   * @param arrivedUs wall clock, microseconds
   */
  arrived(endUs: number, arrivedUs: number): void {
    const offsetUs = arrivedUs - endUs
    const lateUs = offsetUs - (this.#offsetUs ?? offsetUs)
    if (this.#offsetUs === undefined || lateUs < 0 || lateUs > pauseUs) this.#offsetUs = offsetUs
    else this.#offsetUs += lateUs * trust
  }

  /** Wall clock, microseconds, of the sample at `ptsUs` in the stream. */
  captureTimeUs(ptsUs: number): number {
    return Math.round((this.#offsetUs ?? 0) + ptsUs)
  }
}

/** With 50 blocks a second, a drift of 100 ppm is followed with 1 ms of error. */
const trust = 0.002
/** The capture stood still, e.g. because the machine slept. */
const pauseUs = 500_000
