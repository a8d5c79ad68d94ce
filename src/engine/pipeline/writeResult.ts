import { rm } from 'node:fs/promises'
import type { Sidecar } from '../../protocol/sidecar.js'
import { writeTextAtomic } from '../files.js'
import { labelTsv } from '../volume/labelTsv.js'
import type { LabelVolume, Scan } from '../volume/volume.js'
import { writeLabelMap } from '../volume/writeLabelMap.js'
import type { OutputPaths } from './outputPaths.js'

/**
 * Writes label map, names and sidecar, each through a temporary file. The sidecar comes last: where it
 * is, the rest is complete.
 */
export async function writeResult(paths: OutputPaths, labels: LabelVolume, scan: Scan, sidecar: Sidecar): Promise<void> {
  await rm(paths.sidecar, { force: true })
  await writeLabelMap(paths.labelMap, labels, scan.geometry, sidecar.structures)
  await writeTextAtomic(paths.names, labelTsv(sidecar.structures))
  await writeTextAtomic(paths.sidecar, `${JSON.stringify(sidecar, null, 2)}\n`)
}
