/** `npm run fuzz`: damaged and invented bytes into every decoder that reads from a peer (docs/fuzzing.md). */
import { text } from 'node:stream/consumers'
import { type Campaign, campaign, type Find } from './campaign.ts'
import {
  checkHex,
  type FuzzCommand,
  parseCommandLine,
  type RepeatCommand,
  UsageError,
  usage
} from './command-line.ts'
import { decoders } from './decoders.ts'
import { judge, judgeMemory } from './judge.ts'
import { findText, json, table } from './report.ts'

const progressMs = process.stderr.isTTY ? 500 : 10_000

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 2
}

/** @returns the exit code: 1 when there was a find */
async function main(args: string[]): Promise<number> {
  const command = parseCommandLine(args, decoders)
  switch (command.type) {
    case 'help':
      console.log(usage)
      return 0
    case 'repeat':
      return repeat(command)
    case 'fuzz':
      return fuzz(command)
  }
}

function fuzz({ decoders, inputs, seed, json: asJson }: FuzzCommand): number {
  const campaigns: Campaign[] = []
  for (const decoder of decoders) {
    const onProgress = progressOf(decoder.name, inputs)
    const result = campaign(decoder, { seed, inputs, onProgress })
    campaigns.push(result)
    if (hasFind(result)) console.error(findText(result))
  }
  console.log(asJson ? json(seed, campaigns) : `${table(campaigns)}\nseed ${seed}`)
  return campaigns.some(hasFind) ? 1 : 0
}

async function repeat({ decoder, hex }: RepeatCommand): Promise<number> {
  const digits = (hex === '-' ? await text(process.stdin) : hex).trim()
  checkHex(digits)
  const input = new Uint8Array(Buffer.from(digits, 'hex'))
  const verdict = judgeMemory(decoder, input) ?? judge(decoder, input)
  if (verdict.type === 'fault') {
    console.log(`${decoder.name}: ${verdict.fault}: ${verdict.what}`)
    return 1
  }
  const ending = verdict.type === 'refused' ? `refused as ${verdict.code}` : 'accepted'
  console.log(`${decoder.name}: ${ending}, in ${Math.ceil(verdict.ms * 1_000)} µs`)
  return 0
}

function progressOf(name: string, inputs: number): (done: number) => void {
  const started = performance.now()
  let shownAt = started
  return done => {
    const now = performance.now()
    if (now - shownAt < progressMs && done < inputs) return
    shownAt = now
    const perSecond = Math.round((1_000 * done) / (now - started))
    const line = `${name}: ${done} of ${inputs}, ${perSecond}/s`
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${line}${done === inputs ? '\r\x1b[2K' : ''}`)
    else console.error(line)
  }
}

function hasFind(campaign: Campaign): campaign is Campaign & { find: Find } {
  return campaign.find !== undefined
}
