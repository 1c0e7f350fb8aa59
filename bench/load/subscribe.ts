import { setTimeout as wait } from 'node:timers/promises'
import { connect } from '../clients/connect.ts'
import { ProgressTeller } from './credit.ts'
import type { SubscribePlan } from './plan.ts'
import { stampNumber, stampSentMs } from './stamp.ts'
import { Tally } from './tally.ts'

/**
 * Resolves when all are connected; what comes is counted.
 *
 * @param onHearing called when each subscriber has got something on each of its channels
 */
export async function subscribe(plan: SubscribePlan, onHearing: () => void): Promise<Tally> {
  const { subscribers, creditPort } = plan
  // A saturated relay's latencies say how long the benchmark's window is, and nothing else.
  const tally = new Tally(creditPort === undefined)
  const teller = creditPort === undefined ? undefined : new ProgressTeller(creditPort, subscribers.length)
  let silent = subscribers.reduce((sum, channels) => sum + channels.length, 0)

  const listener = (subscriber: number) => {
    let isSilent = true
    return (payload: Uint8Array) => {
      tally.add(() => stampSentMs(payload))
      teller?.handleSeen(subscriber, stampNumber(payload))
      if (!isSilent) return
      isSilent = false
      if (--silent === 0) onHearing()
    }
  }
  for (const [i, channels] of subscribers.entries()) {
    const client = await connect(plan.endpoint, 'subscriber')
    for (const channel of channels) client.subscribe(channel, listener(i))
    await wait(plan.connectGapMs)
  }
  return tally
}
