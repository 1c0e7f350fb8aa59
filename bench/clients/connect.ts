import type { Client, Endpoint, Role } from './client.ts'

/** Connects, and resolves once the relay has answered. Each kind is loaded alone: most processes need one. */
export async function connect(endpoint: Endpoint, role: Role): Promise<Client> {
  switch (endpoint.type) {
    case 'hopcast':
      return (await import('./hopcast.ts')).connectHopcast(endpoint)
    case 'hopcast-least':
      return (await import('./least-node.ts')).connectLeast(endpoint, role)
    case 'gossipsub':
      return (await import('./gossipsub.ts')).connectGossipsub(endpoint)
    case 'libp2p-send':
      return (await import('./libp2p-send.ts')).connectLibp2pSend(endpoint, role)
    case 'nats':
      return (await import('./nats.ts')).connectNats(endpoint)
    case 'mqtt':
      return (await import('./mqtt.ts')).connectMqtt(endpoint)
    case 'icecast':
      return (await import('./icecast.ts')).connectIcecast(endpoint, role)
    case 'copy':
      return (await import('./copy.ts')).connectCopy(endpoint, role)
    case 'direct':
      return (await import('./direct.ts')).connectDirect(endpoint, role)
  }
}
