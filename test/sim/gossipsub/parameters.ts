/**
 * Gossipsub v1.1 with the defaults of js-libp2p's `@libp2p/gossipsub`, in milliseconds. What the model leaves out: peer
 * scores (all peers are honest, so all have the same), peer exchange, and IDONTWANT, which belongs to v1.2.
 */
export const gossipsub = {
  /** Peers in the mesh of a topic: wanted, at least, at most. */
  degree: 6,
  degreeLow: 4,
  degreeHigh: 12,
  /** Of them, at least so many to which this node has opened the connection. */
  degreeOut: 2,
  /** Each heartbeat tells so many others what it has, or this share of them if that is more. */
  degreeLazy: 6,
  gossipFactor: 0.25,
  heartbeatMs: 1_000,
  heartbeatInitialDelayMs: 100,
  /** Messages can be asked for during so many heartbeats, and are told of during so many. */
  historyLength: 5,
  historyGossip: 3,
  /** Copies of one message for one peer that asks. */
  retransmissionsMax: 3,
  ihaveIdsMax: 5_000,
  ihaveMessagesMax: 10,
  pruneBackoffMs: 60_000,
  /** Own messages go to every peer with the topic, not only to the mesh. */
  floodPublish: true,
  /** libp2p pings each connection so often, and closes it without an answer within so long. */
  pingEveryMs: 10_000,
  pingTimeoutMs: 5_000,
  /** A message that would wait longer for the uplink is dropped. Not gossipsub's: its queues have no bound, which would be worse. */
  uplinkQueueMs: 200
} as const
