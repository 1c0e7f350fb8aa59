import { shallowBuffers } from '@hopcast/protocol/libp2p'
import { webRTCDirect } from '@libp2p/webrtc'
import { initLogger } from 'node-datachannel'

/** WebRTC-direct whose library does not write to standard output, which belongs to the commands' reports. */
export function quietWebRtcDirect(): ReturnType<typeof webRTCDirect> {
  initLogger('Fatal', (level, message) => {
    if (process.env.HOPCAST_DEBUG) console.error(`webrtc: ${level}: ${message}`)
  })
  return webRTCDirect({ dataChannel: shallowBuffers })
}
