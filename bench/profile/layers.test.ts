import { expect, test } from 'vitest'
import { type CpuProfile, layersOf } from './layers.ts'

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url, lineNumber: 0, columnNumber: 0 },
  children
})

const profile: CpuProfile = {
  nodes: [
    node(1, '(root)', '', [2, 3, 7, 8]),
    node(2, '(idle)', ''),
    node(3, 'forward', 'file:///x/packages/protocol/src/libp2p/service.ts', [4, 5]),
    node(4, 'set', ''),
    node(5, 'send', 'file:///x/packages/node/src/encryption/tls-stream.ts', [6]),
    node(6, 'writeBuffer', ''),
    node(7, '(program)', ''),
    node(8, 'write', 'file:///x/packages/node/src/encryption/noise-stream.ts', [9, 10]),
    node(9, 'writeBuffer', ''),
    node(10, 'encrypt', 'file:///x/node_modules/sodium-native/index.js', [11]),
    node(11, 'encrypt', '')
  ],
  startTime: 1_000,
  samples: [2, 3, 4, 5, 6, 7, 3, 9, 11],
  timeDeltas: [0, 100, 10, 20, 30, 40, 50, 60, 70, 80]
}

test('Time counts for the layer whose file it is, and what is native for who called it', () => {
  expect(layersOf(profile, [{ fromUs: 0, toUs: 2_000 }])).toEqual([
    { layer: 'hopcast, driver', us: 10 + 20 + 60 },
    { layer: 'encryption', us: 80 },
    { layer: 'write: system call', us: 70 },
    { layer: 'native: reads, event loop', us: 50 },
    { layer: 'write: encryption and system call', us: 40 },
    { layer: 'hopcast, daemon', us: 30 }
  ])
})

test('Only what is between two moments counts', () => {
  expect(layersOf(profile, [{ fromUs: 1_100, toUs: 1_120 }])).toEqual([{ layer: 'hopcast, driver', us: 30 }])
})
