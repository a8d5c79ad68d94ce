import { randomBytes } from 'node:crypto'
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { errorText } from './errorText.js'

/**
 * Writes a file of this machine so that other programs see either the old content or all of the new: to a
 * temporary file in the same folder, which then takes the name. A link keeps pointing where it did: the file
 * behind it is written. Its permissions stay as they were. Folders that are missing are made. On failure the old
 * file is as it was, and nothing is left behind.
 * @throws Error with a sentence
 */
export async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  const target = await realpath(file).catch(() => file)
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${randomBytes(6).toString('hex')}.part`)
  try {
    await mkdir(path.dirname(target), { recursive: true })
    const old = await stat(target).catch(() => null)
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(bytes)
      if (old !== null) await handle.chmod(old.mode & 0o777)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw new Error(
      `${path.basename(file)} cannot be written (${errorText(error)}). Make room on the disk, or choose a folder that may be written to.`,
      { cause: error },
    )
  }
}
