import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { multiaddr } from '@multiformats/multiaddr'
import { isWebRtcDirect } from './addresses.ts'
import { CliError, messageOf, reasonOf } from './errors.ts'

/**
 * Tries the UDP ports before WebRTC does, whose library tells of a taken one on standard output, and by an exception
 * that nobody can catch.
 *
 * @throws CliError that names the address
 */
export async function checkUdpPorts(listen: readonly string[]): Promise<void> {
  for (const address of listen.filter(isWebRtcDirect)) {
    const [host, udp] = multiaddr(address).getComponents()
    if (udp?.value === '0') continue
    const socket = createSocket(host?.name === 'ip6' ? 'udp6' : 'udp4')
    try {
      socket.bind({ address: host?.value, port: Number(udp?.value), exclusive: true })
      await once(socket, 'listening')
    } catch (error) {
      throw new CliError(
        cannotListen(
          address,
          error instanceof Error && 'code' in error ? String(error.code) : '',
          reasonOf(error)
        )
      )
    } finally {
      socket.close()
    }
  }
}

/** libp2p puts what went wrong at each address, stack traces and all, into one text. */
export function listenError(error: unknown, listen: readonly string[]): unknown {
  if (!(error instanceof Error)) return error
  if (error.name !== 'UnsupportedListenAddressesError' && !error.message.includes('EADDR')) return error
  for (const address of listen) {
    const start = error.message.indexOf(`${address}:`)
    if (start === -1) continue
    const detail = error.message.slice(start)
    const [code = ''] = /EADDRINUSE|EADDRNOTAVAIL|EACCES/.exec(detail) ?? []
    const [, reason = messageOf(error)] = /Error: ([^\n]*)/.exec(detail) ?? []
    return new CliError(cannotListen(address, code, reason))
  }
  return new CliError(`cannot listen: ${messageOf(error)}`)
}

function cannotListen(address: string, code: string, reason: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `cannot listen at ${address}: the port is already in use; choose another with --listen (port 0 takes any free one)`
    case 'EADDRNOTAVAIL':
      return `cannot listen at ${address}: this machine has no such address; see --listen`
    case 'EACCES':
      return `cannot listen at ${address}: permission denied; choose a port above 1023 with --listen`
    default:
      return `cannot listen at ${address}: ${reason}`
  }
}
