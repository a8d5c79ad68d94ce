import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import type { ClearedVolumes } from '../../../protocol/rpc.js'
import { outputError } from '../../../shared/node/wholeFiles.js'

/** Volumes that were made of DICOM series, so that they are made once. */
export interface VolumeCache {
  /** Holds nothing else. */
  readonly folder: string
  /** The most that it may hold, in bytes; the volume that is asked for is kept also where it alone is larger. */
  readonly limitBytes: number
}

interface Kept {
  readonly file: string
  readonly bytes: number
  readonly usedMs: number
}

/** Names say nothing but the hash of a series; names with a dot in front are of files that are being written. */
const VOLUME = /^[0-9a-f]{64}\.nii\.gz$/
const UNFINISHED = /^\.[0-9a-f]{64}\.nii\.gz\.[0-9a-f]{12}\.part$/
/** No writing takes so long: whoever began it is gone. */
const ABANDONED_MS = 3_600_000

/**
 * The file of a volume, which is written where it is not there. Then those that were not used for longest go, until the
 * rest keeps to the limit.
 * @param key hash of what the volume is made of
 * @param write writes it as a whole to the path that it is given
 * @throws MedlsamError `output` where the folder cannot be used; what `write` throws
 */
export async function cachedVolume(
  { folder, limitBytes }: VolumeCache,
  key: string,
  write: (file: string) => Promise<void>,
): Promise<string> {
  const file = path.join(folder, `${key}.nii.gz`)
  if (await isTouched(file)) return file
  // Nobody else on the machine may look at patients' scans.
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw outputError(folder, error)
  })
  await write(file)
  await keepTo(limitBytes, folder, file)
  return file
}

/** Deletes all volumes; a folder that is not there holds none. @throws MedlsamError `output` for one that cannot go */
export async function clearVolumes(folder: string): Promise<ClearedVolumes> {
  const volumes = await volumesIn(folder)
  for (const { file } of volumes) await remove(file)
  for (const file of await unfinishedIn(folder)) await remove(file)
  return { volumes: volumes.length, bytes: sum(volumes) }
}

/** Marks a volume as used now; false where there is none. */
async function isTouched(file: string): Promise<boolean> {
  const now = new Date()
  return utimes(file, now, now).then(
    () => true,
    () => false,
  )
}

async function keepTo(limitBytes: number, folder: string, wanted: string): Promise<void> {
  const volumes = [...(await volumesIn(folder))].sort((a, b) => a.usedMs - b.usedMs)
  let bytes = sum(volumes)
  for (const volume of volumes.filter(({ file }) => file !== wanted)) {
    if (bytes <= limitBytes) break
    await remove(volume.file)
    bytes -= volume.bytes
  }
  for (const file of await unfinishedIn(folder)) {
    const begun = await stat(file).catch(() => null)
    if (begun !== null && Date.now() - begun.mtimeMs > ABANDONED_MS) await remove(file)
  }
}

async function volumesIn(folder: string): Promise<Kept[]> {
  const kept: Kept[] = []
  for (const file of await filesLike(folder, VOLUME)) {
    const info = await stat(file).catch(() => null)
    if (info !== null) kept.push({ file, bytes: info.size, usedMs: info.mtimeMs })
  }
  return kept
}

function unfinishedIn(folder: string): Promise<string[]> {
  return filesLike(folder, UNFINISHED)
}

async function filesLike(folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    // Not there before the first volume.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw outputError(folder, error)
  })
  return names.filter((name) => pattern.test(name)).map((name) => path.join(folder, name))
}

async function remove(file: string): Promise<void> {
  await rm(file, { force: true }).catch((error: unknown) => {
    throw outputError(file, error)
  })
}

function sum(volumes: readonly Kept[]): number {
  return volumes.reduce((bytes, one) => bytes + one.bytes, 0)
}
