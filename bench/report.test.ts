import { expect, test } from 'vitest'
import type { Row } from './benchmark.ts'
import { json, layerTable, table } from './report.ts'

const row: Row = {
  name: 'fanout-10x200',
  figure: 'CPU per delivery',
  peer: 'nats-tls',
  ours: 2.8,
  theirs: 0.58,
  ratio: 4.83,
  unit: 'µs',
  runs: 5,
  spread: [4.5, 5],
  goal: { atMost: 1 },
  limit: {
    ours: { by: 'relay', relayShare: 0.97, loadShare: 0.6 },
    theirs: { by: 'load', relayShare: 0.5, loadShare: 0.99 }
  },
  note: undefined
}
const missing: Row = {
  ...row,
  peer: 'mosquitto',
  theirs: undefined,
  ratio: undefined,
  spread: undefined,
  runs: 0,
  limit: undefined,
  note: 'mosquitto is missing: sudo apt-get install mosquitto'
}

test('A table has a line for each row, and says below what is missing', () => {
  const [, first, second, , note] = table([row, missing]).split('\n')
  expect(first?.split(/ {2,}/)).toEqual([
    ...['fanout-10x200', 'CPU per delivery', 'nats-tls', '2.80', '0.580', 'µs', '4.83'],
    ...['4.50 to 5.00', '≤ 1.00 missed', 'relay, load', '5']
  ])
  expect(second).toMatch(/mosquitto +2.80 +– /)
  expect(note).toBe('fanout-10x200: mosquitto is missing: sudo apt-get install mosquitto')
})

test('Layers are shown with what they cost of a delivery, but for the least', () => {
  const layers = [
    { layer: 'yamux', us: 750 },
    { layer: 'core', us: 249 },
    { layer: 'other', us: 1 }
  ]
  expect(layerTable(layers, 4).split('\n')).toEqual([
    '    75.0 %   3.00 µs  yamux',
    '    24.9 %  0.996 µs  core'
  ])
})

test('JSON has every field of a row, null where nothing was measured', () => {
  const { rows, machine } = JSON.parse(json([missing]))
  expect(rows).toEqual([{ ...missing, theirs: null, ratio: null, spread: null, limit: null }])
  expect(machine).toMatchObject({ node: process.version })
})
