import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { scenarios } from './scenarios.ts'

const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('npm run conformance', () => {
  it('plays what is named, and says in JSON what came of it', () => {
    const { status, stdout } = conformance('--json', 'line', 'own-channel')
    expect(JSON.parse(stdout)).toEqual({
      passed: 2,
      failed: 0,
      scenarios: ['line', 'own-channel'].map(name => ({ name, ok: true, ms: expect.any(Number) }))
    })
    expect(status).toBe(0)
  })

  it('fails a core that does nothing, and says why and how to see it again', () => {
    const file = implementation('idle.mjs', `export const createOverlay = () => (${idle})`)
    const { status, stdout } = conformance('own-channel', '--seed', '5', '--implementation', file)
    expect(stdout).toMatch(/^FAILED own-channel +\d+ ms {2}a publisher that listens to itself/)
    expect(stdout).toContain('the subscription of a to news had no object')
    expect(stdout).toContain(
      `npm run --silent conformance -- own-channel --seed 5 --implementation ${file}\n`
    )
    expect(stdout).toContain('0 passed, 1 failed, seed 5')
    expect(status).toBe(1)
  })

  it('has the reason in JSON, too', () => {
    const file = implementation('thrower.mjs', 'export const createOverlay = () => { throw new Error("oh") }')
    const { status, stdout } = conformance('--json', 'line', '--implementation', file)
    expect(JSON.parse(stdout).scenarios[0]).toMatchObject({ ok: false, error: expect.stringContaining('oh') })
    expect(status).toBe(1)
  })

  it('lists every scenario with what it demands', () => {
    const { status, stdout } = conformance('--list')
    const lines = stdout.trim().split('\n')
    expect(lines.map(line => line.split(/ {2,}/))).toEqual(
      scenarios.map(({ name, demands }) => [name, demands])
    )
    expect(status).toBe(0)
  })

  it.each([
    [['silent_crash'], 'there is no scenario "silent_crash"; the nearest: silent-crash'],
    [['slent'], 'the nearest: silent-crash, silent-link'],
    [['zzz'], 'there is no scenario "zzz"; --list names them all'],
    [['--sed', '4'], "Unknown option '--sed'"],
    [['--seed', '-4'], "Option '--seed' argument is ambiguous"],
    [['--seed', '1.5'], '--seed 1.5: a seed is a whole number'],
    [['--implementation', 'nowhere.ts'], 'nowhere.ts cannot be loaded: there is no such file'],
    [['--implementation', implementation('empty.mjs', '')], 'exports no function createOverlay'],
    [['--implementation', implementation('half.mjs', noQueue)], 'exports a createQueue that is no function']
  ])('refuses %j with one line, and exit code 2', (args, line) => {
    const { status, stderr, stdout } = conformance(...args)
    expect(stderr).toContain(line)
    expect(stderr.trim().split('\n').length).toBe(1)
    expect(stdout).toBe('')
    expect(status).toBe(2)
  })
})

const noQueue = 'export const createOverlay = () => {}, createQueue = 7'
const idle = `{
  handle: () => [], deadline: () => undefined, neighbours: () => [], routes: () => [], route: () => undefined,
  streams: () => [], channels: () => [], isNews: () => true, counters: {}
}`

function conformance(...args: string[]) {
  const main = join(import.meta.dirname, 'main.ts')
  return spawnSync(process.execPath, ['--conditions=source', main, ...args], { encoding: 'utf8' })
}

/** The path of a module with this text. */
function implementation(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
