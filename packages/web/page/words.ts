/** What is going on, in plain words. */
import type { ListenStats, PublishStats } from '@hopcast/web'
import { shortPeer, type View } from './view.ts'

/** A channel's name may have 128 letters; more than this of it would fill the screen. */
const channelLettersMax = 32

/** `tone` colours it: something is on air, something needs attention, or neither. */
interface Words {
  headline: string
  detail: string
  tone: 'calm' | 'on' | 'live' | 'attention'
}

export function wordsFor(view: View): Words {
  const { activity } = view
  const channel = shortName(view.channel)
  const alone = view.neighbours.length === 0
  switch (activity.type) {
    case 'joining':
      return { headline: 'Joining the network…', detail: 'Looking for a relay.', tone: 'calm' }
    case 'idle':
      if (alone) return relayAway
      return {
        headline: 'Ready',
        detail: 'Pick a channel, then listen to it or speak on it.',
        tone: 'calm'
      }
    case 'connecting':
      return activity.doing === 'listen'
        ? {
            headline: `Tuning in to ${channel}`,
            detail: 'Opening the loudspeaker.',
            tone: 'calm'
          }
        : {
            headline: 'Opening the microphone…',
            detail: 'Your browser may ask for permission.',
            tone: 'calm'
          }
    case 'listening':
      return listenWords(activity.stats, channel, alone)
    case 'publishing':
      return publishWords(activity.stats, channel, view)
    case 'failed':
      return { headline: 'That did not work', detail: activity.message, tone: 'attention' }
  }
}

function shortName(channel: string): string {
  const letters = [...channel]
  return letters.length <= channelLettersMax ? channel : `${letters.slice(0, channelLettersMax).join('')}…`
}

const relayAway: Words = {
  headline: 'The relay is away',
  detail: 'Connecting to it again. You need not do anything.',
  tone: 'attention'
}

const silenced: Words = {
  headline: 'The browser holds the sound back',
  detail: 'Press Stop, then start again: browsers start sound only after a click.',
  tone: 'attention'
}

function listenWords(stats: ListenStats, channel: string, alone: boolean): Words {
  if (stats.silenced) return silenced
  if (stats.problem !== undefined) {
    return { headline: `${channel} cannot be played`, detail: stats.problem, tone: 'attention' }
  }
  switch (stats.state) {
    case 'waiting':
      if (alone) return relayAway
      return {
        headline: `Waiting for someone on ${channel}`,
        detail: 'Nobody speaks on this channel yet. It plays as soon as somebody does.',
        tone: 'calm'
      }
    case 'playing':
      if (stats.stalled) {
        return {
          headline: 'Nothing arrives',
          detail: 'The stream has fallen silent on its way. It goes on by itself.',
          tone: 'attention'
        }
      }
      return {
        headline: `Playing ${channel}`,
        detail: stats.publisher ? `Spoken by ${shortPeer(stats.publisher)}.` : '',
        tone: 'on'
      }
    case 'interrupted':
      return {
        headline: 'Interrupted',
        detail: 'The way to the speaker is lost. Looking for another one; it goes on by itself.',
        tone: 'attention'
      }
    case 'ended':
      return {
        headline: 'The stream has ended',
        detail: `It plays again when someone speaks on ${channel}.`,
        tone: 'calm'
      }
  }
}

const nobodyListens = 'Nobody is listening yet. Open this page in another tab and press Listen.'
const anotherSpeaks = ' Another one speaks on this channel as well, and each listener hears one of you.'

function publishWords(stats: PublishStats, channel: string, { neighbours, othersSpeak }: View): Words {
  if (stats.silenced) return silenced
  if (stats.state === 'source-ended') {
    return {
      headline: 'The microphone is gone',
      detail: 'It was unplugged, or the browser took it away. Press Stop, then publish again.',
      tone: 'attention'
    }
  }
  if (stats.problem !== undefined) {
    return { headline: 'Nothing is sent', detail: stats.problem, tone: 'attention' }
  }
  if (neighbours.length === 0)
    return { ...relayAway, detail: `Nobody can hear you until it is back. ${relayAway.detail}` }
  return {
    headline: `On air on ${channel}`,
    detail: `${stats.children > 0 ? 'Somebody is listening.' : nobodyListens}${othersSpeak ? anotherSpeaks : ''}`,
    tone: 'live'
  }
}
