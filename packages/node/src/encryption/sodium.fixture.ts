import { loadSodium, type Sodium } from './sodium.ts'

export function sodiumHere(): Sodium {
  const sodium = loadSodium()
  if (sodium === undefined)
    throw new Error('sodium-native is not there for this platform: what uses it cannot be tested')
  return sodium
}
