import { accessSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { compare } from './correlation.ts'
import { peersOf, useStage } from './process.ts'
import { pcm16, readSamples, voice } from './voice.ts'

const stage = useStage()

/** An ALSA whose default device is a file, and a PATH on which ALSA's recorder is the only one. */
async function captureDeviceWithoutHardware(samples: Float32Array): Promise<NodeJS.ProcessEnv> {
  const raw = join(stage.folder, 'voice.raw')
  const config = join(stage.folder, 'asound.conf')
  const programs = join(stage.folder, 'programs')
  await writeFile(raw, pcm16(samples))
  await writeFile(
    config,
    `pcm.!default { type file; slave { pcm { type null } } file /dev/null; infile "${raw}"; format raw }\n`
  )
  await mkdir(programs)
  await symlink(find('arecord'), join(programs, 'arecord'))
  return { ...process.env, ALSA_CONFIG_PATH: config, PATH: programs }
}

function find(program: string): string {
  const folder = (process.env.PATH ?? '').split(delimiter).find(folder => {
    try {
      accessSync(join(folder, program))
      return true
    } catch {
      return false
    }
  })
  if (folder === undefined) throw new Error(`${program} is not installed: run "apt-get install alsa-utils"`)
  return join(folder, program)
}

test('A microphone is heard as it is', async () => {
  const source = await voice(14)
  const env = await captureDeviceWithoutHardware(source)
  const out = join(stage.folder, 'heard.wav')
  const relay = await stage.relay()
  const listener = stage.start([
    'listen',
    'news',
    '--out',
    out,
    ...peersOf([relay]),
    '--no-discovery',
    '--json'
  ])
  await listener.line('connected')
  const publisher = stage.start(
    ['publish', 'news', '--mic', '--duration', '8', ...peersOf([relay]), '--no-discovery', '--json'],
    env
  )
  expect((await publisher.line('publishing')).source).toBe('the microphone (arecord)')
  expect(await publisher.exited).toEqual({ code: 0, signal: null })
  await listener.line('ended')
  await listener.end('SIGINT')

  expect(listener.lines.at(-1)).toMatchObject({ type: 'summary', lost: 0, duplicates: 0, outOfOrder: 0 })
  // It does not wait for listeners, so the beginning may be missing here.
  const { seconds } = compare(source, await readSamples(out), { reference: 4 * 48_000 })
  console.log(`correlation ${seconds.map(({ correlation }) => correlation.toFixed(3)).join(' ')}`)
  expect(seconds.length).toBeGreaterThanOrEqual(5)
  for (const { correlation } of seconds) expect(correlation).toBeGreaterThanOrEqual(0.95)
})
