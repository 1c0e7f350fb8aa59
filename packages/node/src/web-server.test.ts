import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Status } from '@hopcast/protocol/libp2p'
import { expect, onTestFinished, test } from 'vitest'
import { startWebServer } from './web-server.ts'

test('What is asked of the page wrongly, or for a file that is gone, harms nobody else', async () => {
  const page = await mkdtemp(join(tmpdir(), 'hopcast-test-'))
  onTestFinished(() => rm(page, { recursive: true }))
  await writeFile(join(page, 'index.html'), '<p>hopcast</p>')
  await writeFile(join(page, 'gone.js'), 'script')
  const address = { host: '127.0.0.1', port: 0 }
  const server = await startWebServer({ address, addresses: () => [], status: () => ({}) as Status, page })
  onTestFinished(() => server.close())
  await rm(join(page, 'gone.js'))

  const text = async (path: string, headers = {}) =>
    (await fetch(new URL(path, server.url), { headers })).text()
  expect(await text('/', { range: 'bytes=5-3' })).toBe('<p>hopcast</p>')
  await expect(text('/gone.js')).rejects.toThrow()
  expect(await text('/')).toBe('<p>hopcast</p>')
  expect(await text('/healthz')).toBe('ok\n')
})
