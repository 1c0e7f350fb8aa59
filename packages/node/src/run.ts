import {
  type Command,
  type ListenCommand,
  type PublishCommand,
  parseCommandLine,
  type RelayCommand
} from './command-line.ts'
import { CliError, messageOf, UsageError } from './errors.ts'
import { Lifetime } from './lifetime.ts'
import { Output } from './output.ts'
import { commandUsage, generalUsage } from './usage.ts'
import { version } from './version.ts'

/**
 * Runs a command line to its end.
 *
 * @param args what follows the program's name
 * @returns the exit code: 0 done, 1 it failed, 2 wrong usage
 */
export async function run(args: string[]): Promise<number> {
  let command: Command
  try {
    command = parseCommandLine(args)
  } catch (error) {
    console.error(`hopcast: ${explanation(error)}`)
    return exitCodeOf(error)
  }
  if (command.type === 'help') {
    process.stdout.write(command.command === undefined ? generalUsage : commandUsage[command.command])
    return 0
  }
  if (command.type === 'version') {
    process.stdout.write(`${version}\n`)
    return 0
  }
  const lifetime = new Lifetime()
  const output = new Output({ json: command.json, onClosed: () => lifetime.finish('closed') })
  const crash = (error: unknown) => {
    output.fail(explanation(error))
    output.close()
    process.exit(1)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  try {
    return await runCommand(command, output, lifetime)
  } catch (error) {
    output.fail(explanation(error))
    return exitCodeOf(error)
  } finally {
    output.close()
  }
}

/** Each command is loaded alone: a relay needs no codecs, and a listener no web server. */
async function runCommand(
  command: RelayCommand | PublishCommand | ListenCommand,
  output: Output,
  lifetime: Lifetime
): Promise<number> {
  switch (command.type) {
    case 'relay':
      return (await import('./relay.ts')).relay(command, output, lifetime)
    case 'publish':
      return (await import('./publish.ts')).publish(command, output, lifetime)
    case 'listen':
      return (await import('./listen.ts')).listen(command, output, lifetime)
  }
}

function exitCodeOf(error: unknown): number {
  return error instanceof UsageError ? 2 : 1
}

function explanation(error: unknown): string {
  if (process.env.HOPCAST_DEBUG && error instanceof Error) return error.stack ?? error.message
  if (error instanceof UsageError || error instanceof CliError) return error.message
  return `something unexpected went wrong: ${messageOf(error)} (HOPCAST_DEBUG=1 shows where)`
}
