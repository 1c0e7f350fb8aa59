import type { Overlay } from '../overlay.ts'

/** How long others may take to find another way before this node goes. */
export const leaveWithinMs = 2_000
const lookEveryMs = 20

/** Resolves when the node carries nothing for others any more, or after `leaveWithinMs`. */
export async function carriesNothing(overlay: Overlay): Promise<void> {
  const until = performance.now() + leaveWithinMs
  while (carries(overlay) && performance.now() < until) {
    await new Promise(resolve => setTimeout(resolve, lookEveryMs))
  }
}

function carries(overlay: Overlay): boolean {
  for (const { publisher, children } of overlay.streams()) {
    if (publisher !== overlay.self && children.length > 0) return true
  }
  return false
}
