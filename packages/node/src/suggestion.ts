/**
 * Finds what the user may have meant.
 *
 * @returns the one of `known` that is fewest edits away from `typed`, if that is at most a third of its length
 */
export function suggestion(typed: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestEdits = Number.POSITIVE_INFINITY
  for (const word of known) {
    const edits = editDistance(typed, word)
    if (edits < bestEdits && edits <= Math.max(1, Math.ceil(word.length / 3))) {
      best = word
      bestEdits = edits
    }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours that make `a` of `b`. */
function editDistance(a: string, b: string): number {
  // Words that somebody typed are short; a pasted page is not worth a table.
  if (a.length > 64) return Number.POSITIVE_INFINITY
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let edits = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1)
      )
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, (beforePrevious[j - 2] ?? 0) + 1)
      }
      row.push(edits)
    }
    beforePrevious = previous
    previous = row
  }
  return previous[b.length] ?? 0
}
