/** Viewers in browsers, most of whom can connect to each other, and few servers. */
import { audio, video } from './media.ts'
import { always } from './one-publisher.ts'
import { atMost, type Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

const world = {
  nodes: 1_000,
  seconds: 60,
  servers: 4,
  connectableShare: 0.7,
  lossyShare: 0.05,
  findsNeighbours: true
}
const sentence = 'Viewers in browsers, 70 % of pairs can connect, and 4 servers:'

function play(stage: Stage): void {
  stage.publish()
  stage.subscribeAll()
  stage.measureFrom()
}

export const browsersAudio: Scenario = {
  ...world,
  name: 'browsers-audio',
  about: `${sentence} 64 kbit/s of audio.`,
  media: audio(64_000),
  play,
  targets: result => [
    ...always(result),
    atMost('share of the media that servers send', 100 * result.relayEgressShare, 5, ' %'),
    atMost('delivery delay, p99', result.delay.p99Ms, 400, ' ms', 'never came')
  ]
}

export const browsersVideo: Scenario = {
  ...world,
  name: 'browsers-video',
  about: `${sentence} 1.5 Mbit/s of video.`,
  media: video(1_500_000),
  play,
  targets: result => [
    ...always(result),
    atMost('share of the media that servers send', 100 * result.relayEgressShare, 20, ' %'),
    atMost('delivery delay, p99', result.delay.p99Ms, 400, ' ms', 'never came')
  ]
}
