/** Every scenario, by its name. */
import { browsersAudio, browsersVideo } from './browsers.ts'
import { channels } from './channels.ts'
import { crash, leave } from './failures.ts'
import { growth } from './growth.ts'
import { churn, flashCrowd, lossy, steady } from './one-publisher.ts'
import type { Scenario } from './scenario.ts'

export const scenarios: readonly Scenario[] = [
  steady,
  churn,
  flashCrowd,
  crash,
  leave,
  channels,
  browsersAudio,
  browsersVideo,
  growth,
  lossy
]
