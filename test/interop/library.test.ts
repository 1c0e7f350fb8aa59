import { expect, test } from 'vitest'
import { useStage } from './process.ts'

const stage = useStage()

/** What an application does that embeds nodes, with the packages as it gets them: compiled, and found by their names. */
const application = `
  import { decodeCatalog, encodeCatalog, voiceCatalog } from '@hopcast/media'
  import { startNode, temporaryIdentity } from '@hopcast/node'

  const start = async options =>
    startNode({ identity: await temporaryIdentity(), listen: [], peers: [], discovery: false, ...options })
  const first = await start({ listen: ['/ip4/127.0.0.1/tcp/0'] })
  const second = await start({ peers: first.addresses() })
  second.connect()
  second.hopcast.publish('demo', { catalog: encodeCatalog(voiceCatalog()) })
  for await (const event of first.hopcast.subscribe('demo')) {
    if (event.type !== 'started') continue
    console.log(decodeCatalog(event.catalog).tracks[0].codec)
    break
  }
  await Promise.all([first.stop(), second.stop()])`

test('An application that embeds nodes learns through one what it publishes through the other', async () => {
  const program = stage.code(application)
  expect(await program.exited, program.report()).toEqual({ code: 0, signal: null })
  expect(program.stdout).toBe('opus\n')
})
