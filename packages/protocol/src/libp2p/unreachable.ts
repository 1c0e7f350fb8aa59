/** Why a peer could not be reached, in words: what libp2p, its transports and the system say is for their authors. */

/** By the system's code, which is shown too: people search for it. */
const systemReasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it closed the connection',
  EHOSTUNREACH: 'no way leads to that machine',
  ENETUNREACH: 'no way leads to that network',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up'
}

/** @param error what a dial was rejected with: an Error, an AggregateError, or a WebSocket's event */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  const { name, message } = fieldsOf(error)
  const code = Object.keys(systemReasons).find(known => message.includes(known))
  if (code !== undefined) return `${systemReasons[code]} (${code})`
  if (name === 'TimeoutError' || /timeout|timed out/i.test(message)) return 'no answer in time'
  if (name === 'UnsupportedProtocolError') return 'it does not speak hopcast'
  if (message === 'Can not dial self')
    return 'that is this node itself, or another one that uses the same identity'
  if (message === 'Unexpected Peer') return 'another node answers there than the address names after /p2p/'
  if (message.includes('no common muxers'))
    return 'the two have no stream muxer in common: this node needs streamMuxers: [yamux()]'
  if (name === 'EncryptionFailedError' && message.startsWith('Unexpected EOF'))
    return 'what answers there is no libp2p node, or one by WebSocket, whose address ends in /ws'
  if (name === 'EncryptionFailedError') return `what answers there is no libp2p node (${message})`
  if (message.startsWith('Unexpected EOF'))
    return 'it closed the connection at once, as one that is full does'
  return message
}

function fieldsOf(error: unknown): { name: string; message: string } {
  if (typeof error !== 'object' || error === null) return { name: '', message: String(error) }
  // A WebSocket fails with an event; a browser's says nothing at all.
  const name = 'name' in error ? String(error.name) : ''
  const message = 'message' in error ? String(error.message) : ''
  return { name, message: message || name || 'the connection failed' }
}
