import { rmSync } from 'node:fs'
import { mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { makeFolders } from './makeFolders.js'
import { MedlsamError } from '../medlsamError.js'
import { temporaryPathOf } from './temporaryNames.js'

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
  ENOTEMPTY: 'a folder of that name has something in it; choose another name',
  EEXIST: 'something of that name is in the way; choose another name',
  EISDIR: 'a folder of that name is in the way; choose another name',
}

/** The `output` error for a file that could not be written, with the reason in plain words. */
export function outputError(file: string, error: unknown): MedlsamError {
  return new MedlsamError('output', `${file} cannot be written: ${REASONS[codeOf(error)] ?? String(error)}.`, file, {
    cause: error,
  })
}

/** Troubles of the whole disk: the next file would have them too. */
const DISK_TROUBLE = new Set(['ENOSPC', 'EDQUOT', 'EROFS'])

/** True when a write failed because of the disk and not of the one file. */
export function isDiskTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && DISK_TROUBLE.has(String(error.code))) || isDiskTrouble(error.cause)
}

/**
 * Size and time of a file as text: while it stays the same, the file does.
 * @throws Error of the system when there is no such file
 */
export async function fileStamp(file: string): Promise<string> {
  const { size, mtimeNs } = await stat(file, { bigint: true })
  return `${size.toString()}@${mtimeNs.toString()}`
}

const unfinished = new Set<string>()

function removeUnfinished(): void {
  for (const file of unfinished) {
    try {
      rmSync(file, { recursive: true, force: true })
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
  await writeBytesTogether([{ file, bytes }], () => Promise.resolve())
}

/**
 * Writes a file like {@link writeBytesAtomic}, of pieces that come one after the other.
 * @throws MedlsamError `output` with the reason
 */
export async function writePartsAtomic(file: string, parts: readonly Uint8Array[]): Promise<void> {
  const target = await behindLinks(file)
  await viaTemporary(file, target, async (temporary) => {
    await writeFlushed(temporary, parts)
    await rename(temporary, target)
  })
}

/**
 * Writes files like {@link writeBytesAtomic}, none of which gets its name before the bytes of all are on the disk:
 * a disk that fills up, or a kill meanwhile, leaves all of them as they were. The last one gets its name first.
 * @param beforeNames awaited when all bytes are there
 * @throws MedlsamError `output` with the reason
 */
export async function writeBytesTogether(
  files: readonly { readonly file: string; readonly bytes: Uint8Array }[],
  beforeNames: () => Promise<void>,
): Promise<void> {
  const [first, ...rest] = files
  if (files.length === 0) return beforeNames()
  const target = await behindLinks(first.file)
  await viaTemporary(first.file, target, async (temporary) => {
    await writeFlushed(temporary, [first.bytes])
    await writeBytesTogether(rest, beforeNames)
    await rename(temporary, target)
  })
}

/**
 * Writes a file of the user's like {@link writeBytesAtomic}: a link keeps pointing where it did, the permissions of
 * the old file stay, and folders that are missing are made.
 * @throws MedlsamError `output` with the reason
 */
export async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  const target = await behindLinks(file)
  await viaTemporary(file, target, async (temporary) => {
    await makeFolders(path.dirname(target))
    const old = await stat(target).catch(() => null)
    await writeFlushed(temporary, [bytes], old?.mode)
    await rename(temporary, target)
  })
}

/** The file that a link leads to, or the path itself, also of a file that is not there yet. */
async function behindLinks(file: string): Promise<string> {
  return realpath(file).catch(() => path.resolve(file))
}

async function writeFlushed(file: string, parts: readonly Uint8Array[], mode?: number): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    for (const part of parts) await handle.writeFile(part)
    if (mode !== undefined) await handle.chmod(mode & 0o777)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Makes a folder with files so that other programs see either all of them or nothing: `fill` writes into
 * a temporary folder beside it, which then gets its name. On failure nothing is left behind.
 * @param folder must not exist, or be empty
 * @throws MedlsamError `output` with the reason; what `fill` throws of our own comes through unchanged
 */
export async function writeFolderAtomic(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const target = path.resolve(folder)
  await viaTemporary(folder, target, async (temporary) => {
    await makeFolders(path.dirname(target))
    // Found before the long work: whatever is in the way.
    const present = await readdir(target).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    })
    if (present !== null && present.length > 0) throw Object.assign(new Error('not empty'), { code: 'ENOTEMPTY' })
    await mkdir(temporary)
    await fill(temporary)
    // Windows renames onto no folder, not even an empty one.
    if (present !== null) await rmdir(target)
    await rename(temporary, target)
  })
}

async function viaTemporary(named: string, target: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryPathOf(target)
  if (unfinished.size === 0) process.once('exit', removeUnfinished)
  unfinished.add(temporary)
  try {
    await write(temporary)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined)
    throw error instanceof MedlsamError ? error : outputError(named, error)
  } finally {
    unfinished.delete(temporary)
    if (unfinished.size === 0) process.removeListener('exit', removeUnfinished)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/**
 * Writes a text file (UTF-8) like {@link writeBytesAtomic}.
 * @throws MedlsamError `output` with the reason
 */
export async function writeTextAtomic(file: string, text: string): Promise<void> {
  await writeBytesAtomic(file, Buffer.from(text, 'utf8'))
}
