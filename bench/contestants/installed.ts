import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where Debian puts servers, which is not in everybody's PATH. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

/** The path of a program; undefined when it is not installed. */
export function programPath(name: string): string | undefined {
  return folders.map(folder => join(folder, name)).find(isProgram)
}

/** What to say of a program that is not there; undefined when it is. */
export function missingProgram(name: string, debianPackage = name): string | undefined {
  return programPath(name) ? undefined : `${name} is missing: sudo apt-get install ${debianPackage}`
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
