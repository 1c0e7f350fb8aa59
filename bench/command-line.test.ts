import { describe, expect, test } from 'vitest'
import type { Benchmark } from './benchmark.ts'
import { parseRequest, UsageError } from './command-line.ts'

const known: Benchmark[] = ['fanout', 'start'].map(name => ({
  name,
  about: '',
  peers: name === 'fanout' ? ['nats', 'copy'] : [],
  takesCheckout: name === 'fanout',
  run: async () => []
}))
const [fanout, start] = known

describe('The command line', () => {
  test('asks for everything, five times, unless it says more', () => {
    expect(parseRequest([], known)).toEqual({
      type: 'run',
      benchmarks: known,
      runs: 5,
      beside: undefined,
      against: undefined,
      json: false,
      profile: undefined
    })
  })

  test('names what is wanted, each once', () => {
    const request = parseRequest(['start', 'fanout', 'start', '--runs', '2', '--json'], known)
    expect(request).toMatchObject({ benchmarks: [start, fanout], runs: 2, json: true })
  })

  test('names the peers that it is measured beside', () => {
    expect(parseRequest(['--beside', 'copy,nats'], known)).toMatchObject({ beside: ['copy', 'nats'] })
  })

  test('measures another checkout beside nobody else, unless it names peers', () => {
    const request = parseRequest(['--against', '../old'], known)
    expect(request).toMatchObject({ benchmarks: [fanout], against: '../old', beside: [] })
    const both = parseRequest(['--against', '../old', '--beside', 'nats'], known)
    expect(both).toMatchObject({ against: '../old', beside: ['nats'] })
  })

  test('asks for help or the list', () => {
    expect(parseRequest(['-h'], known)).toEqual({ type: 'help' })
    expect(parseRequest(['--list'], known)).toEqual({ type: 'list' })
  })

  test.each([
    [['fast'], /no benchmark fast; there are: fanout, start/],
    [['--runs', '0'], /--runs is "0"/],
    [['--runs', '1.5'], /whole number from 1 to 99/],
    [['--beside', 'nats,best'], /no peer "best"; there are: nats, copy/],
    [['--beside', ''], /no peer ""; there are: nats, copy/],
    [['start', '--beside', 'nats'], /no peer "nats"; there are: none/],
    [['start', '--against', '../old'], /start is not measured against another checkout; these are: fanout/],
    [['--against', ''], /--against needs the folder/],
    [['--fast'], /Unknown option '--fast'; --help/]
  ])('refuses %j with a line that names it', (args, line) => {
    expect(() => parseRequest(args, known)).toThrow(UsageError)
    expect(() => parseRequest(args, known)).toThrow(line)
  })
})
