let offsetMs = performance.timeOrigin

/** A wall clock that was set, or a machine that slept. Less is left to the steady clock. */
const jumpMs = 50

/**
 * Microseconds since the Unix epoch: as fine and as steady as the monotonic clock, and right again when the system's
 * clock was set or the machine has slept.
 */
export function wallClockUs(): number {
  const steadyMs = performance.now()
  const wallMs = Date.now()
  if (Math.abs(wallMs - (offsetMs + steadyMs)) > jumpMs) offsetMs = wallMs - steadyMs
  return Math.round((offsetMs + steadyMs) * 1000)
}
