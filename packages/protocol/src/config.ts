/**
 * Every constant of the core: its unit (last in the name) and where it comes from; `default-config.ts` has the values.
 * Limits bound a map or a list; what happens at the limit is said beside it.
 */
import type { Micros, Millis } from './ids.ts'
import type { Rate } from './token-bucket.ts'

export interface Config {
  /** HELLO carries it; another major version is closed. */
  protocolVersion: number
  /** Shown to neighbours. */
  agent: string
  /** Everyone can reach this node, and it is meant to stay. */
  server: boolean

  // Links
  /** Time between two beats. A quarter of a second finds a dead neighbour before a jitter buffer of 2 s runs dry. */
  beatIntervalMs: Millis
  /** The same on a link where objects flow, which show that their sender lives. Often enough to measure the link. */
  flowBeatIntervalMs: Millis
  /**
   * A neighbour silent for this long is suspected: no next hop while there is another. Two beats and a half; one that
   * objects go to has as many of `flowBeatIntervalMs`.
   */
  suspectAfterMs: Millis
  /** A neighbour silent for this long is closed. Generous: a busy page or a sleeping disk can stall a node for a second. */
  neighbourTimeoutMs: Millis
  /** Taken for a neighbour's round trip until its first beat comes back. High, so that a measured way is preferred. */
  initialRttMs: Millis
  /** Added per link: what forwarding costs, and what makes a shorter path win among equals. */
  linkBaseCostMs: Millis
  /** Of a steady link, a round trip that is off by more than this is out of line. Above the noise of a machine's timers. */
  rttOutlierMinMs: Millis
  /** A cost is told onward once it moves by this share; below lies the noise of a loaded machine, */
  costChangeMin: number
  /** and by this much: what a short link gains or loses below it changes no way by much. */
  costChangeMinMs: Millis
  /** A link that is younger than this is still being measured. Eight beats. */
  linkSettleMs: Millis
  /** A lower cost counts after this long; where the last one did not last, after twice as long, */
  costHoldMs: Millis
  /** up to this. */
  costHoldLongestMs: Millis

  // Neighbours
  /** Past it, a new neighbour is closed with `surplus`. An idle one takes 0.3 MB of a relay's memory (measured, TCP). */
  neighboursMax: number
  /**
   * How many neighbours this node aims at, and dials for; half of them at least are of its own choice. 0: it has those that
   * come, and those that it was told to dial. A page aims at 8: enough that trees of 10,000 nodes are about 7 deep.
   */
  neighboursTarget: number
  /** A peer is tried after this long, ± `peersJitter`, though there are enough. */
  tryIntervalMs: Millis
  /** How long it is measured: twenty beats, after which the smoothed round trip is right to a tenth. */
  trialMs: Millis
  /** A peer takes the place of a near neighbour if its round trip is this share shorter. More than a busy machine's noise. */
  nearGainMin: number
  /** Peers that are remembered as who may have what is wanted here: those of one redirect. */
  wantedPeersMax: number
  /** Redirects of one neighbour's that are listened to; all that dialled in are one. Past it, as often as MOVE may come. */
  suggestionsRate: Rate
  /** Dials at a time, */
  dialsMax: number
  /** one after the other at least this far apart: a list of false addresses must not become a flood. */
  dialIntervalMs: Millis
  /** A peer that did not answer, or was lost, is dialled again after the first of these; a page's doubles each time, up to the second. */
  dialBackoffMinMs: Millis
  dialBackoffMaxMs: Millis

  // Peer exchange
  /** A neighbour is told of peers when it is up, after the first of these, ± `peersJitter`, and twice as long each time, up to the second. */
  peersPauseMs: Millis
  peersPauseLongestMs: Millis
  /** Who lacks neighbours and knows nobody to dial asks each neighbour for peers this often, ± `peersJitter`. */
  peersIntervalMs: Millis
  /** Of what is told and tried. */
  peersJitter: number
  /** Servers that come first in PEERS. The rest is left to chance. */
  serversToldMax: number
  /** Peers that are remembered, with their addresses: up to 1 KB each. The source that told of the most gives way. */
  knownPeersMax: number
  /** Peers that one source may add. Four PEERS of nothing but news. */
  knownPeersPerSourceMax: number
  /** What nobody has told of for this long is forgotten. Pages come and go; */
  knownPeerTtlMs: Millis
  /** servers stay, and one of a half that was cut off has to be known when the other half is back. */
  knownServerTtlMs: Millis

  // Routes
  /** Changed metrics wait this long for others, ± `syncJitter`. News and retractions do not wait. */
  syncDelayMs: Millis
  syncJitter: number
  /** A newer seqno over a crowded next hop waits this long to be told: others that bring it may be better then. */
  crowdedHoldMs: Millis
  /** A next hop that is doubted counts as crowded for this long. */
  doubtMs: Millis
  /** Another next hop is taken once it costs this share less, */
  switchGainMin: number
  /** and has done so for this long, unless the way is newer than that: what passes sooner is not worth a hand-over. */
  switchHoldMs: Millis
  /** One that costs only this share less is taken once it has done so for long: */
  driftGainMin: number
  /** about this long, ± `driftJitter`, drawn for each origin, so that those who see the same do not all move at once. */
  driftHoldMs: Millis
  driftJitter: number
  /** A better neighbour that has not taken what the next hop feeds by then has refused it. */
  candidateMaxMs: Millis
  /** A neighbour that does not deliver is avoided for so long, for that origin; */
  penaltyMs: Millis
  /** twice as long each further time, up to this. */
  penaltyLongestMs: Millis
  /** The same for one that has refused a stream for lack of capacity, which lasts longer than a disturbance. */
  barredMs: Millis
  barredLongestMs: Millis
  /** After this long without, the next penalty or bar is as short as the first. */
  penaltyForgetMs: Millis
  /** Penalties kept, and bars; one more takes the place of the oldest. */
  penaltiesMax: number
  /** A starved node asks again after this long. */
  seqnoRetryMs: Millis
  /** So does, after this long, one whose next hop is full or penalised while it knows others that are not feasible. */
  seqnoPatienceMs: Millis
  /** A publisher raises its seqno at most this often, however many ask. */
  seqnoRaiseIntervalMs: Millis
  /** and at this rate: each time it tells the whole network, which has the more to ask the larger it is. */
  seqnoRaiseRate: Rate
  /** How far a SEQNO_REQ travels. Trees of 10,000 nodes of degree 8 are about 7 deep. */
  hopsMax: number
  /** A way that costs more is no way: no sum of costs can outgrow its field. */
  metricMaxUs: Micros
  /** How long a feasibility distance outlives the last way: as long as a stale row may still be on its way (RFC 8966: 3 min). */
  feasibilityHoldMs: Millis
  /** Neighbours compare their tables in rounds this far apart, ± `digestJitter`; */
  digestIntervalMs: Millis
  digestJitter: number
  /** in each at first, then in every second one, every fourth, and so on up to this, for as long as they are the same. */
  digestRoundsMax: number
  /** Rows about more origins than this are not kept; the neighbours share the room. As much again for lost ones. */
  originsMax: number
  /** Publishers of channels that somebody asked for, or takes, find so much more room. */
  originsOnDemandMax: number
  /** Rows of one neighbour that count. Digests bring up later what is over it. */
  rowsRate: Rate
  /** Requests of one neighbour that are looked at. Who is starved asks again. */
  seqnoRequestsRate: Rate
  /** Origins of which one neighbour may have rows at a time, kept or not: two full tables. One more closes it with `quota`. */
  originsPerNeighbourMax: number
  /** Rows per SYNC and METRICS; more go in several, so that who gets them has its hands free in between. */
  syncRowsMax: number
  /** Rows of the first SYNC that answers for a bucket: those that are not in it are retracted until the next ones come. */
  bucketRowsMax: number

  // Announcements
  /**
   * How long an announcement is valid, by the publisher's clock. Clocks that are hours off must not hide a stream, and each
   * renewal crosses the whole network.
   */
  announceTtlMs: Millis
  /** One whose publisher cannot be reached is forgotten after this long: publishers that crash withdraw nothing. */
  announceUnreachableMs: Millis
  /** A publisher announces again after this long. */
  announceIntervalMs: Millis
  /**
   * Announcements kept, beside one's own, those of neighbours' own channels, and what is followed here. The neighbours that
   * bring them share the room fairly. What finds none is not passed on; a new neighbour gets all at once.
   */
  announcementsMax: number
  /** Announcements kept per publisher. */
  announcementsPerPublisherMax: number
  /**
   * Announcements that a neighbour may bring: at once a full table twice, in case the link comes up twice; then 50 runs may
   * begin or end each second. Past it, the neighbour is closed with `quota`.
   */
  announcementsRate: Rate
  /** Announcements kept beside these because somebody asked for their channels, or takes them. Shared as fairly. */
  announcementsOnDemandMax: number
  /** How long the end of a stream may come after its withdrawal, which travels apart from it. */
  endGraceMs: Millis
  /** Publishers that one ALL subscription follows at a time; of more it takes the nearest. A meeting, not a stadium. */
  publishersFollowedMax: number
  /** Of the streams that a subscription has left, so many are remembered: one that comes back goes on after what had come, */
  streamsLeftMax: number
  /** for so long: nobody keeps objects for longer. */
  streamsLeftMs: Millis

  // Queries, for channels that are not in the table
  /** How far the first queries for a channel go, in links; the later ones go `hopsMax`. Most of what is wanted is near. */
  queryHops: readonly number[]
  /** How long after the first query the second is sent, and so on; the last is for all later ones, too. */
  queryRetryMs: readonly Millis[]
  /** Who is announced, but cannot be reached, is looked for after this long: mostly the route comes by itself. */
  queryPatienceMs: Millis
  /** The same query is not passed on again for so long, whoever asks, nor the same answer told to the same neighbour. */
  queryHoldMs: Millis
  /** How long a neighbour that asked is taken as interested. Twice the time between two of its queries. */
  interestHoldMs: Millis
  /** Queries of one neighbour that are looked at; others are dropped. */
  queriesRate: Rate
  /** Channels that neighbours have asked for, in all and of each; queries for others are dropped, too. */
  queriesMax: number
  queriesPerNeighbourMax: number

  // Subscriptions
  /** What a neighbour has refused is asked for again after this long. */
  subIntervalMs: Millis
  /** How long the end of a stream is remembered. */
  subTimeoutMs: Millis
  /** After a RESYNC, a child has this long to ask again for what it takes; and who is expected to ask, to do so. */
  resyncMs: Millis
  /** A stream that came steadily is silent after this long, or `silenceGapFactor` times its longest gap of late. */
  silenceMinMs: Millis
  silenceGapFactor: number
  /** A new parent that sends nothing for this long after SUB_OK, while the old one does, is at fault. */
  firstObjectMs: Millis
  /** A neighbour that claims a way, and does not answer SUB for this long, is at fault. */
  answerTimeoutMs: Millis
  /** Without a backup, one is looked for again after this long, while the route looks for other ways. */
  backupRetryMs: Millis
  /** How long a backup may take to send what the silent parent does not; */
  backupTimeoutMs: Millis
  /** and how long the parent may be behind it and still count as alive. Two links differ by less in delay. */
  backupGraceMs: Millis
  /** Past it, SUB is answered by SUB_NACK `full`. */
  streamsMax: number
  /** Past it, SUB is answered by SUB_NACK `full`. */
  childrenPerStreamMax: number
  /**
   * So many children of a stream are enough: one more is taken only if it has no parent, and asked to find another. So the
   * load is shared, and servers need not carry all.
   */
  fanOutMax: number
  /** The same for a server. Viewers pass on what they can; the more there are, the less of it is a server's. */
  serverFanOutMax: number
  /** Of a stream of this rate and more a viewer can feed few others, so the tree begins broader: else it would be deep. */
  heavyBps: number
  serverFanOutHeavyMax: number
  /** Servers that a server feeds beside that. */
  serverPartnersMax: number
  /** A stream's rate is at most so many times its mean, whatever its timestamps say of its peaks. */
  peakToMeanMax: number
  /** A child is asked to move at most this often. */
  moveIntervalMs: Millis
  /** What this node sends to children at most, in bits per second; 0: no limit. */
  uplinkBps: number
  /** An object takes so much more of an uplink than its frame: IP and TCP, Noise and yamux; or UDP, DTLS and SCTP. */
  objectOverheadBytes: number
  /** Past it, the neighbour's SUB is answered by SUB_NACK `full`. */
  subscriptionsPerNeighbourMax: number

  // Repair
  /** An object that was passed over may still be on its way this long, on repair itself; */
  nackDelayMs: Millis
  /** who was asked for it has this long to answer; */
  nackRetryMs: Millis
  /** and it is of no use any more after this long. */
  repairTimeoutMs: Millis
  /** A parent that withholds more than this share of the objects, and so many, for this long is at fault. */
  lossMin: number
  lossObjectsMin: number
  lossWindowMs: Millis
  /** NACKs of one neighbour's that are answered, */
  nackRate: Rate
  /** objects that it is given then, */
  repairRate: Rate
  /** and all neighbours together, beside this share of what is forwarded. */
  repairRateInAll: Rate
  repairShare: number
  /** An object counts once for each time that it has so many bytes, and once at least. */
  repairUnitBytes: number

  // Objects
  /** Seqnos behind the newest in which a second copy is known as one. */
  dedupWindow: number
  /** So many objects from before a leap of a whole window show that the leap was false. A late one or two do not. */
  rewindObjects: number
  /** A run's beginning is given to who asks for it this soon after its first object has come. */
  beginningMs: Millis
  /** Objects are kept this long for a child that joins or moves; */
  recentMs: Millis
  /** and at most so many bytes of them per stream, */
  recentBytesPerStreamMax: number
  /** and in all. The stream that was fed last gives way. */
  recentBytesMax: number

  // Queues, one per neighbour
  /** Objects that wait for a neighbour. One read of a socket brings 1,600 of the smallest, which pass through at once. */
  queueFramesMax: number
  /** Bytes of them. Twice the largest object; 84 Mbit/s for as long as objects may wait. */
  queueBytesMax: number
  /** What has waited longer is dropped: so much a hop may add to the delay of what it carries. */
  queueWaitMaxMs: Millis
  /** A deadline is counted from the object that was the quickest of this time, or of twice as much. */
  deadlineWindowMs: Millis
  /** A stream that was nothing but late for so long has another clock, or another way. A stalled link catches up sooner. */
  deadlineRestartMs: Millis
}
