import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Status } from '@hopcast/protocol/libp2p'
import sirv, { type RequestHandler } from 'sirv'
import type { HttpAddress } from './command-line.ts'
import { CliError, reasonOf } from './errors.ts'
import { metricsText, metricsType } from './metrics.ts'
import { version } from './version.ts'

export interface WebServer {
  /** Where the page is, e.g. `http://127.0.0.1:7480/`. */
  url: string
  close(): void
}

export interface WebServerOptions {
  address: HttpAddress
  addresses: () => string[]
  status: () => Status
  /** The folder of the page; unless it is given, the page that hopcast was built with. */
  page?: string
}

/** As `npm run build` leaves it beside this package's code. */
const builtPage = fileURLToPath(new URL('../page', import.meta.url))

/** The page's own scripts and styles only; connections to any relay, and its microphone worklet. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "media-src 'self' blob:",
  "img-src 'self' data:",
  'connect-src *',
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'"
].join('; ')

const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'microphone=(self), camera=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff'
}

/** A page and a few small answers: nobody needs more at once, or may take longer to ask. */
const connectionsMax = 256
const requestTimeoutMs = 10_000
/** Node looks for requests that are too slow each 30 s; until then they would hold all connections. */
const slowRequestCheckMs = 1_000

/**
 * Serves the page, `/api/node`, `/api/status`, `/metrics` and `/healthz`.
 *
 * @throws CliError when it cannot listen at the address
 */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const page = pageHandler(options.page ?? builtPage)
  const limits = { requestTimeout: requestTimeoutMs, connectionsCheckingInterval: slowRequestCheckMs }
  const server = createServer(limits, (request, response) => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    answer(request, response, options, page)
  })
  server.maxConnections = connectionsMax
  const port = await listen(server, options.address)
  const { host } = options.address
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/`,
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}

async function listen(server: Server, { host, port }: HttpAddress): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ host, port }, resolve)
  try {
    await promise
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    throw new CliError(
      `cannot serve the page at ${host}:${port}: ${reasonOf(error)}; choose another with --http HOST:PORT` +
        (isTaken ? ` (--http ${host}:0 takes any free port)` : '')
    )
  }
  const bound = server.address()
  return bound !== null && typeof bound === 'object' ? bound.port : port
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { addresses, status }: WebServerOptions,
  page: RequestHandler
): void {
  const path = request.url?.split('?', 1)[0] ?? '/'
  // A page that is served elsewhere has to find out how to reach this node; it is what the node tells everybody.
  if (path === '/api/node') allowAnyOrigin(response)
  if (request.method === 'OPTIONS') return send(response, 204, 'text/plain', '')
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD, OPTIONS')
    return send(response, 405, 'text/plain', 'GET only\n')
  }
  switch (path) {
    case '/api/node':
      return sendJson(response, { peerId: status().peerId, addresses: addresses(), version })
    case '/api/status':
      return sendJson(response, status())
    case '/healthz':
      return send(response, 200, 'text/plain', 'ok\n')
    case '/metrics':
      return void sendMetrics(response, status)
    default:
      return sendPage(page, request, response)
  }
}

function sendPage(page: RequestHandler, request: IncomingMessage, response: ServerResponse): void {
  // Nobody needs a piece of the page, and sirv throws when one is asked for that ends before it begins.
  delete request.headers.range
  // What was there at the start may be gone since, as when the page is built anew.
  response.once('pipe', (file: Readable) => file.once('error', () => response.destroy()))
  page(request, response, () => send(response, 404, 'text/plain', 'not found\n'))
}

function allowAnyOrigin(response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*')
  response.setHeader('access-control-allow-methods', 'GET')
  // Chromium asks before a page from the internet may read from this machine or its network.
  response.setHeader('access-control-allow-private-network', 'true')
}

async function sendMetrics(response: ServerResponse, status: () => Status): Promise<void> {
  try {
    send(response, 200, metricsType, await metricsText(status()))
  } catch (error) {
    send(response, 500, 'text/plain', `${reasonOf(error)}\n`)
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  send(response, 200, 'application/json', JSON.stringify(value))
}

function send(response: ServerResponse, code: number, type: string, body: string): void {
  const charset = type.includes('charset') ? type : `${type}; charset=utf-8`
  response.writeHead(code, { 'content-type': charset, 'cache-control': 'no-store' })
  response.end(body)
}

function pageHandler(folder: string): RequestHandler {
  if (!existsSync(folder)) {
    return (_request, response) =>
      send(
        response,
        404,
        'text/plain',
        'The page is not built: run "npm run build" and start the relay again.\n'
      )
  }
  return sirv(folder, {
    etag: true,
    setHeaders: (response, path) => {
      // The build puts a hash of the content into these names.
      const forever = path.startsWith('/assets/')
      response.setHeader('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache')
    }
  })
}
