import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { isTemporaryNameOf } from '../../shared/node/temporaryNames.js'
import { labelTableNamesOf, sidecarNameOf } from '../../shared/labelMapNames.js'

/** Which file a label map and its sidecar are; null for one that is not there. */
export interface ResultStamps {
  readonly labelMap: string | null
  readonly sidecar: string | null
}

/** Looks at a result, to know later whether it has been replaced. */
export async function resultStamps(labelMapPath: string): Promise<ResultStamps> {
  return { labelMap: await stampOf(labelMapPath), sidecar: await stampOf(sidecarNameOf(labelMapPath)) }
}

/**
 * Removes the partial files of an engine that was killed while it wrote a result: temporary files, and a new
 * label map without its sidecar, which is written last.
 * @param before the result as it was before the run
 * @returns true when the new result is there all the same, and complete
 */
export async function removePartialFiles(labelMapPath: string, before: ResultStamps): Promise<boolean> {
  const folder = path.dirname(labelMapPath)
  const labelMap = path.basename(labelMapPath)
  const sidecar = sidecarNameOf(labelMap)
  const tables = labelTableNamesOf(labelMap)
  const names = await readdir(folder)
  const now = await resultStamps(labelMapPath)
  const unfinished = names.filter((name) =>
    [labelMap, sidecar, ...tables].some((target) => isTemporaryNameOf(name, target)),
  )
  const isHalf = now.sidecar === null && now.labelMap !== null && now.labelMap !== before.labelMap
  const half = isHalf ? names.filter((name) => name === labelMap || tables.includes(name)) : []
  for (const name of [...unfinished, ...half]) await rm(path.join(folder, name), { force: true })
  return now.sidecar !== null && now.sidecar !== before.sidecar
}

async function stampOf(file: string): Promise<string | null> {
  const info = await stat(file, { bigint: true }).catch(() => null)
  return info === null ? null : [info.ino, info.size, info.mtimeNs].join(' ')
}
