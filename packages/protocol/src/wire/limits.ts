/** Every limit of the wire, with its reason (RFC 2, section "Limits"). Both directions keep them. */

/** Body of a control frame. Holds the largest SYNC; small enough that a partial frame per neighbour costs nothing. */
export const controlFrameBytesMax = 65_536
/**
 * Fields of a control frame, nested ones counted. Two bytes make an empty row, so bytes alone do not bound what
 * decoding allocates. The largest SYNC has 3,202; the rest is for fields of later versions.
 */
export const controlFieldsMax = 8_192
/** Rows of a SYNC, and of METRICS. At most 154 bytes each, so that 400 leave room for later fields. */
export const syncRowsMax = 400
/** `agent` in HELLO: a name and a version, shown in a column of a table. */
export const agentBytesMax = 64
/** Links that a row may claim, and nodes that a SEQNO_REQ may pass. Trees of 10,000 nodes are about 7 deep. */
export const hopsMax = 255
/** Nodes on the way that a SUB_OK tells. */
export const pathNodesMax = 256

/** Encoded `Announcement`: the fields at their limits take 1,261 bytes, a grant by an authority will take about 300. */
export const announcementBytesMax = 2_048
/** A channel's name; long enough for a path, short enough for a line. */
export const channelNameBytesMax = 128
/** What the tracks are. A dozen tracks fit; more belongs into an object. */
export const catalogBytesMax = 1_024
/**
 * How far an announcement's epoch may be ahead of the receiver's clock, in milliseconds: a day. Clocks are wrong by minutes,
 * and by hours where the time zone is; who is further ahead would leave epochs behind that no right clock gets past.
 */
export const epochAheadMaxMs = 24 * 3_600_000
/** Ed25519. */
export const signatureBytesLength = 64
/** A peer id as multihash: libp2p puts a public key of up to 42 bytes into the id itself, behind two bytes. */
export const peerIdBytesMax = 44

/** Payload of an object. Voice needs 1.5 KB; a key frame of 4K video about 500 KB, and twice that on a scene cut. */
export const objectPayloadBytesMax = 1_048_576
/** Objects that one list covers: what its byte holds. A list each 200 ms covers 1,275 a second. */
export const listObjectsMax = 255
/** An object's `ttlMs`: what its two bytes hold, a minute. */
export const ttlMsMax = 65_535

/** Buckets of a DIGEST: at 2,000 rows, a repair sends 125 of them again. */
export const digestBuckets = 16
/** Peers that a SUB_NACK or a MOVE names instead of its sender. The asker tries them one by one. */
export const redirectMax = 8
/** Objects that one NACK asks for: five seconds of voice, more than is kept. */
export const nackObjectsMax = 256
/** Peers of a PEERS, what each may have of addresses, and a multiaddr with a certificate hash or two. */
export const peersMax = 16
export const addressesPerPeerMax = 4
export const addressBytesMax = 256

/** A track is a byte of what a stream's id is made of. */
export const trackMax = 255

/** What 32 unsigned bits hold: `seq`, `version`. At 50 objects a second, 2.7 years. */
export const uint32Max = 0xffff_ffff
