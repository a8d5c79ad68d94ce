import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import lockfile from 'proper-lockfile'
import { makeFolders } from '../../../shared/node/makeFolders.js'
import { throwIfCancelled } from '../../../shared/medlsamError.js'
import { outputError } from '../../../shared/node/wholeFiles.js'

/** A lock that was not renewed for so long belongs to a process that is gone, ms. */
const STALE_MS = 20_000
const ASK_AGAIN_MS = 250

/**
 * Does work while no other process does it on the same folder: two windows never fetch twice. Waits for the other
 * one, and takes the lock over when that process died.
 * @param onWait called once when there is something to wait for
 * @throws MedlsamError `output` where the lock cannot be written, `cancelled`
 */
export async function withFolderLock<T>(
  folder: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
  onWait?: () => void,
): Promise<T> {
  await makeFolders(path.dirname(folder)).catch((error: unknown) => {
    throw outputError(folder, error)
  })
  const release = await acquire(folder, signal, onWait)
  try {
    return await work()
  } finally {
    // Compromised locks are released by whoever took them over.
    await release().catch(() => undefined)
  }
}

async function acquire(
  folder: string,
  signal: AbortSignal | undefined,
  onWait: (() => void) | undefined,
): Promise<() => Promise<void>> {
  for (let waited = false; ; waited = true) {
    throwIfCancelled(signal)
    try {
      return await lockfile.lock(folder, {
        lockfilePath: lockPath(folder),
        stale: STALE_MS,
        realpath: false,
        onCompromised: () => undefined,
      })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw outputError(folder, error)
      if (!waited) onWait?.()
      await sleep(ASK_AGAIN_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** Beside the folder, which may have to stay empty. */
function lockPath(folder: string): string {
  return path.join(path.dirname(folder), `.${path.basename(folder)}.lock`)
}
