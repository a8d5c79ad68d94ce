import { rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { makeFolders } from '../../shared/node/makeFolders.js'
import type { EarlyMaskNote } from '../../protocol/rpc.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import type { RunHooks } from '../engine.js'
import { writeLabelMap } from '../scanFiles/writeLabelMap.js'

/**
 * Runs work that writes the masks so far into a folder whenever one more is there, and tells. Earlier files
 * stay, since they may still be read; the whole folder goes when the work ends or the process does.
 */
export async function withEarlyMaskFiles<T>(
  folder: string,
  tell: (note: EarlyMaskNote) => void,
  work: (hooks: Pick<RunHooks, 'onEarlyMask'>) => Promise<T>,
): Promise<T> {
  const removeNow = (): void => {
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', removeNow)
  try {
    return await work({ onEarlyMask: earlyMaskWriter(folder, tell) })
  } finally {
    process.removeListener('exit', removeNow)
    // What cannot be removed now is removed at the next start of the extension.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

function earlyMaskWriter(folder: string, tell: (note: EarlyMaskNote) => void): NonNullable<RunHooks['onEarlyMask']> {
  let written = 0
  return async ({ masks, isDraft, labels }, geometry) => {
    written += 1
    const labelMapPath = path.join(folder, `masks-${written}.nii.gz`)
    try {
      await makeFolders(folder)
      await writeLabelMap(labelMapPath, labels, geometry, [])
    } catch (error) {
      // Seeing masks early is a courtesy: a full temporary disk must not end the run.
      if (error instanceof MedlsamError || (error instanceof Error && 'code' in error)) return
      throw error
    }
    for (const mask of masks)
      tell({ name: mask.name, isDraft, volumeMl: mask.status === 'segmented' ? mask.volumeMl : null, labelMapPath })
  }
}
