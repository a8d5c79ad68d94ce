import { randomBytes } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { open, realpath, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { MedlsamError } from './errors.js'

/** Why a file could not be written, by the system's code, as the end of a sentence. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space and run again',
  EDQUOT: 'your disk quota is used up; free some space and run again',
  EFBIG: 'the file would be larger than this disk allows; choose another folder',
  EACCES: 'its folder may not be written to; choose another one',
  EPERM: 'its folder may not be written to; choose another one',
  EROFS: 'its disk is read-only; choose another one',
  ENOENT: 'its folder does not exist; make it first',
  ENOTDIR: 'what should be its folder is a file; choose another path',
  EISDIR: 'a folder of that name is in the way; choose another name',
}

/** The `output` error for a file that could not be written, with the reason as people understand it. */
export function outputError(file: string, error: unknown): MedlsamError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return new MedlsamError('output', `${file} cannot be written: ${REASONS[code] ?? String(error)}.`, file, { cause: error })
}

/** Troubles of the whole disk: the next file would have them too. */
const DISK_TROUBLE = new Set(['ENOSPC', 'EDQUOT', 'EROFS'])

/** True when a write failed because of the disk and not of the one file. */
export function isDiskTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && DISK_TROUBLE.has(String(error.code))) || isDiskTrouble(error.cause)
}

const unfinished = new Set<string>()

function removeUnfinished(): void {
  for (const file of unfinished) {
    try {
      unlinkSync(file)
    } catch {
      // The process ends; nothing more can be done about it.
    }
  }
}

/**
 * Writes a file so that other programs see either all of it or nothing: to a temporary file in the
 * same folder, flushed and then renamed. On failure nothing is left behind.
 * @throws MedlsamError `output` with the reason
 */
export async function writeBytesAtomic(file: string, bytes: Uint8Array): Promise<void> {
  const target = await realpath(file).catch(() => path.resolve(file))
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${randomBytes(6).toString('hex')}.part`)
  if (unfinished.size === 0) process.once('exit', removeUnfinished)
  unfinished.add(temporary)
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw outputError(file, error)
  } finally {
    unfinished.delete(temporary)
    if (unfinished.size === 0) process.removeListener('exit', removeUnfinished)
  }
}

/**
 * Writes a text file (UTF-8) like {@link writeBytesAtomic}.
 * @throws MedlsamError `output` with the reason
 */
export async function writeTextAtomic(file: string, text: string): Promise<void> {
  await writeBytesAtomic(file, Buffer.from(text, 'utf8'))
}
