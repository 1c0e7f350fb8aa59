/** What goes wrong for a user. The message is the one line that is shown: it names the thing and the way out. */

/** It failed: exit code 1. */
export class CliError extends Error {
  override readonly name: string = 'CliError'
}

/** It was asked for in a way that cannot work: exit code 2. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

/** One line, without a stack, for whatever was thrown. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const [line = ''] = error.message.split('\n')
  return line === '' ? error.name : line
}

/** The text of a system error's code, for people; the error's own message when it is none of the usual. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons[code] ?? messageOf(error)
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'part of its path is no directory',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  EADDRINUSE: 'the port is already in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'the host name is not known'
}
