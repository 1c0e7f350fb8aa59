import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { profileOf } from './profile-of.ts'

test('A function of a built file is told with the source that it comes from', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hopcast-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const urlOf = (file: string) => pathToFileURL(join(folder, file)).href
  const node = (id: number, url: string, lineNumber: number) => ({
    id,
    callFrame: { functionName: 'f', url, lineNumber, columnNumber: 9 }
  })
  const nodes = [
    node(1, urlOf('program/built.js'), 0),
    node(2, urlOf('program/built.js'), 1),
    node(3, urlOf('as-it-is.js'), 0),
    node(4, 'node:net', 0)
  ]
  writeFileSync(join(folder, 'CPU.1.2.77.0.cpuprofile'), JSON.stringify({ nodes }))
  // The first line of what is built is of the first source, the second of the second.
  const map = { version: 3, sources: ['../core.ts', '../driver.ts'], names: [], mappings: 'AAAA;ACAA' }
  mkdirSync(join(folder, 'program'))
  writeFileSync(join(folder, 'program/built.js.map'), JSON.stringify(map))

  const urls = profileOf(folder, 77)?.nodes.map(({ callFrame }) => callFrame.url)
  expect(urls).toEqual([urlOf('core.ts'), urlOf('driver.ts'), urlOf('as-it-is.js'), 'node:net'])
})

test('Of a process that has left no profile there is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hopcast-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  expect(profileOf(folder, 77)).toBeUndefined()
})
