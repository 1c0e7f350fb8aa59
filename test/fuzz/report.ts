/** What a run says: a table for people, one object for programs. */
import type { Campaign, Find } from './campaign.ts'

/** More does not fit on a command line that people handle. */
const inlineBytesMax = 2_048
/** Beyond, the input is not shown as it was before it was shrunk. */
const shownBytesMax = 512

/** A row per decoder. */
export function table(campaigns: readonly Campaign[]): string {
  const rows = campaigns.map(({ decoder, inputs, accepted, refused, slowestUs, inputsPerSecond, find }) => [
    decoder,
    grouped(inputs),
    grouped(accepted),
    refusals(refused),
    grouped(slowestUs),
    grouped(inputsPerSecond),
    find?.fault ?? 'none'
  ])
  const head = ['decoder', 'inputs', 'accepted', 'refused', 'slowest µs', 'inputs/s', 'fault']
  const cells = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...cells.map(row => (row[column] ?? '').length)))
  return cells
    .map(row =>
      row
        .map((cell, i) => pad(cell, widths[i] ?? 0, i))
        .join('  ')
        .trimEnd()
    )
    .join('\n')
}

/** Everything about a find, the command that repeats it last. */
export function findText({ decoder, seed, find }: Campaign & { find: Find }): string {
  const { fault, what, index, input, shrunk } = find
  const lines = [`${decoder}: ${fault}: ${what}`, `  seed ${seed}, input ${index}, ${input.length} bytes`]
  if (input.length <= shownBytesMax && shrunk.length < input.length) lines.push(`  was     ${hex(input)}`)
  lines.push(`  input   ${hex(shrunk)} (${shrunk.length} bytes)`)
  lines.push(`  repeat  ${repeatCommand(decoder, shrunk)}`)
  return lines.join('\n')
}

/** One JSON object. */
export function json(seed: number, campaigns: readonly Campaign[]): string {
  const decoders = campaigns.map(({ find, ...counts }) => ({
    ...counts,
    ...(find && {
      find: {
        ...find,
        input: hex(find.input),
        shrunk: hex(find.shrunk),
        repeat: repeatCommand(counts.decoder, find.shrunk)
      }
    })
  }))
  const faults = campaigns.filter(({ find }) => find !== undefined).length
  return JSON.stringify({ seed, faults, decoders })
}

function repeatCommand(decoder: string, input: Uint8Array): string {
  const long = input.length > inlineBytesMax
  return `npm run --silent fuzz -- ${decoder} --input ${long ? '-   # and the hex on standard input' : `'${hex(input)}'`}`
}

function refusals(refused: Record<string, number>): string {
  const parts = Object.entries(refused).map(([code, count]) => `${grouped(count)} ${code}`)
  return parts.length > 0 ? parts.sort().join(', ') : 'none'
}

/** Words to the left, numbers to the right. */
function pad(cell: string, width: number, column: number): string {
  return [0, 3, 6].includes(column) ? cell.padEnd(width) : cell.padStart(width)
}

function grouped(number: number): string {
  return number.toLocaleString('en-US')
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
