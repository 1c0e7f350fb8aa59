/** What the load writes into its messages: their number, and when they left. */

export const stampBytes = 16

/** This machine's clock, the same in all of its processes. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000
}

/** @param payload of `stampBytes` or more */
export function stamp(payload: Uint8Array, number: number, sentMs: number): void {
  const view = new DataView(payload.buffer, payload.byteOffset, stampBytes)
  view.setUint32(0, number)
  view.setFloat64(8, sentMs)
}

export function stampNumber(payload: Uint8Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = payload
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
}

export function stampSentMs(payload: Uint8Array): number {
  return new DataView(payload.buffer, payload.byteOffset, stampBytes).getFloat64(8)
}
