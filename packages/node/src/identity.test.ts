import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CliError } from './errors.ts'
import { loadIdentity } from './identity.ts'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopcast-identity-'))
  path = join(folder, 'node.key')
})

afterEach(() => rm(folder, { recursive: true }))

describe('An identity file', () => {
  test('is made when it is missing, for its owner only, and gives the same identity again', async () => {
    const made = await loadIdentity(path)
    const again = await loadIdentity(path)
    expect(made.isNew).toBe(true)
    expect(again).toMatchObject({ isNew: false, isOpen: false })
    expect(again.identity.equals(made.identity)).toBe(true)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['node.key'])
  })

  test('is one for all who make it at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => loadIdentity(path)))
    const names = new Set(all.map(({ identity }) => identity.publicKey.toString()))
    expect(names.size).toBe(1)
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(await readdir(folder)).toEqual(['node.key'])
  })

  test('that others can read says so', async () => {
    await loadIdentity(path)
    await chmod(path, 0o644)
    expect(await loadIdentity(path)).toMatchObject({ isOpen: true })
  })

  test('is refused and left as it is with any byte changed, cut short, empty, or much too long', async () => {
    await loadIdentity(path)
    const good = await readFile(path)
    const bad = [
      good.subarray(0, good.length - 1),
      Buffer.alloc(0),
      Buffer.alloc(5000, 1),
      Buffer.from('hello')
    ]
    for (let i = 0; i < good.length; i++) {
      const flipped = Buffer.from(good)
      flipped[i] = (flipped[i] ?? 0) ^ 1
      bad.push(flipped)
    }
    for (const bytes of bad) {
      await writeFile(path, bytes)
      await expect(loadIdentity(path)).rejects.toThrow(/node\.key is damaged/)
      expect(await readFile(path)).toEqual(bytes)
    }
  })

  test('where no file can be is a failure that names it', async () => {
    await expect(loadIdentity(join(folder, 'no', 'node.key'))).rejects.toThrow(CliError)
    await expect(loadIdentity(folder)).rejects.toThrow(/is no file/)
  })
})
