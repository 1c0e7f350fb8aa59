/**
 * All are measured with the congestion control that Linux comes with. Some machines have BBR, without the fair queue that it wants:
 * there it paces each connection by a timer of its own, which costs each contestant something else.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const wanted = 'cubic'
const setting = '/proc/sys/net/ipv4/tcp_congestion_control'
/** Set for whom it has been seen to, by `useUsual`. */
const mark = 'HOPCAST_BENCH_TCP'

/** In a network of its own: the setting of this machine's is left alone. */
const inside = [
  'ip link set lo up',
  `ip route replace local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 congctl ${wanted}`,
  'exec "$@"'
].join(' && ')
const network = ['unshare', '--net', 'sh', '-c', inside, 'sh']

/** What TCP connections of loopback have; undefined where there is no saying. */
export function congestionControl(): string | undefined {
  return process.env[mark] ?? (existsSync(setting) ? readFileSync(setting, 'utf8').trim() : undefined)
}

/** Becomes the same program with the usual one, if it has another and may; otherwise says how that is done. */
export function useUsual(say: (text: string) => void): void {
  const present = congestionControl()
  if (present === undefined || present === wanted) return
  const [command = '', ...args] = network
  if (spawnSync(command, [...args, 'true']).status === 0) {
    const itself = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
    process.execve?.('/usr/bin/env', ['env', ...network, ...itself], { ...process.env, [mark]: wanted })
  }
  say(`bench: TCP has ${present} here, not ${wanted}: sudo sysctl net.ipv4.tcp_congestion_control=${wanted}`)
}
