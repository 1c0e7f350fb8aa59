/**
 * A silence of the stream up to this stays in a recording at its length; past it, the recording goes on at once. The
 * time in a frame is the publisher's word: without a bound it could fill the disk.
 */
const gapMaxUs = 60_000_000

/** Puts the times of several runs, each of which counts from its own start, on one time line that begins at zero. */
export class RecordingTime {
  #shiftUs: number | undefined
  #endUs = 0

  /** What comes next follows what is recorded, without a gap: another run begins. */
  startRun(): void {
    this.#shiftUs = undefined
  }

  /**
   * @param ptsUs microseconds since the start of the run
   * @returns where the frame is in the recording
   */
  place(ptsUs: number, durationUs: number): number {
    if (this.#shiftUs === undefined || ptsUs + this.#shiftUs > this.#endUs + gapMaxUs) {
      this.#shiftUs = this.#endUs - ptsUs
    }
    const placeUs = ptsUs + this.#shiftUs
    this.#endUs = Math.max(this.#endUs, placeUs + durationUs)
    return placeUs
  }
}
