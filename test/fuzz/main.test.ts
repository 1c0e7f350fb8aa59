import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
/** An object: a voice frame. */
const voice = '0101000007d00000873f925b92edcc8782974de31f3559b600065bfeda2802e00000000700000000fc010203'

function fuzz(args: string[], input = '') {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=source', '--expose-gc', main, ...args],
    { encoding: 'utf8', input }
  )
  return { status, stdout, stderr }
}

describe('npm run fuzz', { timeout: 60_000 }, () => {
  test('reports one JSON object, and ends with 0 when there is no fault', () => {
    const { status, stdout } = fuzz(['object', 'catalog', '--inputs', '1e3', '--seed', '7', '--json'])
    expect(status).toBe(0)
    const { seed, faults, decoders } = JSON.parse(stdout)
    expect({ seed, faults }).toEqual({ seed: 7, faults: 0 })
    expect(decoders).toMatchObject([
      { decoder: 'object', inputs: 1_000 },
      { decoder: 'catalog', inputs: 1_000 }
    ])
  })

  test('shows a table', () => {
    const { stdout } = fuzz(['audio-frame', '--inputs', '1000', '--seed', '7'])
    expect(stdout).toMatch(/^decoder +inputs +accepted +refused +slowest µs +inputs\/s +fault$/m)
    expect(stdout).toMatch(/^audio-frame +1,000 .* media-error .* none$/m)
    expect(stdout).toMatch(/^seed 7$/m)
  })

  test('repeats one input, from the command line or standard input', () => {
    expect(fuzz(['object', '--input', voice]).stdout).toMatch(/^object: accepted, in \d+ µs$/m)
    expect(fuzz(['object', '--input', '-'], `${voice}00\n`).stdout).toMatch(/accepted/)
    expect(fuzz(['object', '--input', '00'])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/refused as malformed/)
    })
  })

  test.each([
    [['sync'], /there is no decoder "sync"; there are: control, /],
    [['--inputs', 'many'], /--inputs takes a whole number/],
    [['--seed', '-1'], /--seed/],
    [['--fast'], /Unknown option '--fast'/],
    [['--input', '00'], /--input goes with one decoder/],
    [['object', '--input', 'xyz'], /hex digits/]
  ])('answers %j with a line and code 2', (args, text) => {
    const { status, stderr, stdout } = fuzz(args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(text)
    expect(stderr).not.toMatch(/ at /)
  })
})
