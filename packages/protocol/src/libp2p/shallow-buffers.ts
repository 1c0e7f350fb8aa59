/**
 * Options for libp2p's WebSocket transport, and as `dataChannel` for WebRTC's. What a transport was handed can no longer be
 * dropped or overtaken, and these two would take 4 and 2 MiB before they ask for a pause, which are many seconds of a home's
 * uplink. TCP's sockets ask for it at 64 KiB. A WebSocket is looked at each 2 ms while it is full, or it would run dry.
 */
export const shallowBuffers = { maxBufferedAmount: 131_072, bufferedAmountPollInterval: 2 }
