/**
 * Reads what has come, in whatever pieces that was.
 *
 * @param rest what was left the last time
 * @param read what begins at `at`; returns where the next begins, or undefined when this one is not all there
 * @returns what is left
 */
export function readAll(
  rest: Buffer,
  bytes: Buffer,
  read: (input: Buffer, at: number) => number | undefined
): Buffer {
  const input = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
  let at = 0
  for (let next = read(input, at); next !== undefined; next = read(input, at)) at = next
  return input.subarray(at)
}
