/** A process of the load: publishes, subscribes, only connects, or has much to tell, as its one argument, a `Plan` in JSON, says. It ends with its parent. */
import { setTimeout as wait } from 'node:timers/promises'
import { connect } from '../clients/connect.ts'
import { connectNewcomer } from '../clients/newcomer.ts'
import type { Order, Plan, Report } from './plan.ts'
import { type Publishing, publish } from './publish.ts'
import { subscribe } from './subscribe.ts'
import type { Tally } from './tally.ts'

process.on('disconnect', () => process.exit())
// A relay that is ended takes its connections along; what counts was said before.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => process.exit())

try {
  await begin(JSON.parse(process.argv[2] ?? '') as Plan)
} catch (error) {
  tell({ type: 'failed', reason: (error as Error).message })
}

async function begin(plan: Plan): Promise<void> {
  if (plan.type === 'publish') {
    const publishing = await publish(plan)
    onOrder(publishing.tally, publishing)
    return tell({ type: 'ready', creditPort: publishing.creditPort })
  }
  if (plan.type === 'idle') {
    for (let i = 0; i < plan.connections; i++) {
      await connect(plan.endpoint, 'subscriber')
      await wait(plan.connectGapMs)
    }
    return tell({ type: 'ready', creditPort: undefined })
  }
  if (plan.type === 'newcomer') {
    if (plan.endpoint.type !== 'hopcast-least') throw new Error('only a relay of ours has a newcomer')
    const tellAll = await connectNewcomer(plan.endpoint, plan.publishers)
    process.once('message', tellAll)
    return tell({ type: 'ready', creditPort: undefined })
  }
  const subscribing = await subscribe(plan, () => tell({ type: 'hearing' }))
  onOrder(subscribing)
  tell({ type: 'ready', creditPort: undefined })
}

function onOrder(tally: Tally, publishing?: Publishing): void {
  process.on('message', ({ type }: Order) => {
    if (type === 'go') publishing?.go()
    else if (type === 'rest') publishing?.rest()
    else if (type === 'begin') tally.begin()
    else tell({ type: 'counted', count: tally.end() })
  })
}

function tell(report: Report): void {
  process.send?.(report)
}
