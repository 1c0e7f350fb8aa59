# A relay with its page. Not built in CI, where no Docker engine runs: its steps were tried one by one without one.
#
#   docker build -t hopcast .
#   docker run -p 7400:7400 -p 7400:7400/udp -p 7401:7401 -p 127.0.0.1:7480:7480 -v hopcast:/data hopcast
#
# What follows the image's name goes to `hopcast relay`, for example: --peer /dns4/relay.example/tcp/7400
FROM node:24-bookworm-slim AS build
WORKDIR /hopcast
COPY . .
RUN npm ci --include=dev && npm run build
# Of what is installed the relay needs only what has native code; the rest is in the program. It forwards bytes and has no
# use for codecs: FFmpeg stays out (170 MB).
RUN npm ci --omit=dev --workspace @hopcast/node \
  && rm -rf node_modules/@mediabunny node_modules/node-av node_modules/@seydx

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /hopcast
COPY --from=build /hopcast/node_modules node_modules
COPY --from=build /hopcast/packages packages
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
# Nodes by TCP, browsers by WebRTC (UDP) and WebSocket, the page with /metrics and /healthz.
EXPOSE 7400/tcp 7400/udp 7401/tcp 7480/tcp
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:7480/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "packages/node/bin/hopcast.js", "relay", "--identity", "/data/relay.key", "--http", "0.0.0.0:7480"]
