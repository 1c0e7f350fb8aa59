/** Wires the page: controls → Session → render. */

import { type PageQuery, readQuery } from './query.ts'
import { Screen } from './screen.ts'
import { Session } from './session.ts'

/** Milliseconds between looks at the neighbours while nothing else changes. */
const refreshMs = 500

const screen = new Screen(document)

try {
  run(readQuery(new URL(location.href)))
} catch (error) {
  screen.render({
    activity: { type: 'failed', message: (error as Error).message },
    channel: '',
    self: undefined,
    neighbours: [],
    children: [],
    othersSpeak: false
  })
  screen.lock()
}

function run(query: PageQuery): void {
  const { relays, transport, neighbours } = query
  const session = new Session({
    join: { relays, ...(transport && { transport }), ...(neighbours !== undefined && { neighbours }) },
    channel: query.channel,
    onChange: view => screen.render(view)
  })
  screen.fill(query)
  screen.level = () => session.level
  screen.onListen = channel => void session.listen(channel)
  screen.onPublish = (channel, raw) => void session.publish(channel, raw)
  screen.onStop = () => void session.stop()
  screen.render(session.view)
  void session.start()
  setInterval(() => screen.render(session.view), refreshMs)
}
