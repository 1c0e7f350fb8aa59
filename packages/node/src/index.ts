/** A hopcast node as the command line starts it, for programs that embed one. */
export { CliError, UsageError } from './errors.ts'
export { type Identity, loadIdentity, temporaryIdentity } from './identity.ts'
export { type Node, type NodeOptions, startNode } from './libp2p.ts'
export { startWebServer, type WebServer, type WebServerOptions } from './web-server.ts'
