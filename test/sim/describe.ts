/** Inputs and outputs of a node in words, for a person who reads a run. */
import type { Input, Output } from '@hopcast/protocol'

/** Undefined for what comes all the time: beats, objects, wake-ups. */
export function describeInput(input: Input): string | undefined {
  switch (input.type) {
    case 'message':
      return input.message.type === 'beat' ? undefined : `← ${input.peer} ${JSON.stringify(input.message)}`
    case 'announcement': {
      const { publisher, name, epoch, seqno, ended } = input.announcement.announcement
      return `← ${input.from ?? 'itself'} announce ${name} of ${publisher} ${epoch}:${seqno}${ended ? ' ended' : ''}`
    }
    case 'command':
      return input.command.type === 'write' ? undefined : input.command.type
    case 'connected':
    case 'disconnected':
    case 'dial-failed':
    case 'altered':
      return `${input.type} ${input.peer}`
    case 'seqno-signed':
    case 'addresses':
    case 'object':
    case 'timeout':
      return undefined
  }
}

/** Undefined for what is seen where it arrives. */
export function describeOutput(output: Output): string | undefined {
  switch (output.type) {
    case 'close':
      return `closes ${output.peer}: ${output.code}, ${output.reason}`
    case 'dial':
      return `dials ${output.peer}`
    case 'subscription':
      return `tells its application: ${output.event.type}`
    default:
      return undefined
  }
}
