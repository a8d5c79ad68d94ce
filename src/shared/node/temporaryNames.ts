import { randomBytes } from 'node:crypto'
import path from 'node:path'

/** Path of a temporary file beside the file that it is to become; another one each time. */
export function temporaryPathOf(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}.part`)
}

/** True for the name of a temporary file that was to become the file of the other name. */
export function isTemporaryNameOf(name: string, target: string): boolean {
  return name.startsWith(`.${target}.`) && /^[0-9a-f]{12}\.part$/.test(name.slice(target.length + 2))
}
