import { realpath, rm } from 'node:fs/promises'
import type { Sidecar } from '../../shared/sidecar.js'
import { sha256Of } from '../../shared/node/hash.js'
import { writeBytesTogether } from '../../shared/node/wholeFiles.js'
import { formatLabelTable } from '../../shared/labelTable.js'
import type { LabelVolume, Scan } from '../../shared/geometry/volume.js'
import { encodeLabelMap } from '../scanFiles/writeLabelMap.js'
import type { OutputPaths } from './outputPaths.js'

/** A file as it is or will be. */
export interface HashedFile {
  readonly path: string
  readonly sha256: string
}

/**
 * Writes label map, names and sidecar. An older result stays until the bytes of all three are on the disk. Then its
 * sidecar and names go before its label map is replaced, and the new sidecar comes last: whenever the process is
 * killed, nothing describes another label map than its own, and where a sidecar is, the rest is complete.
 * @param beforeFiles is told, label map first, what will be written; when it throws, nothing is
 * @throws MedlsamError `output` with the reason
 */
export async function writeResult(
  paths: OutputPaths,
  labels: LabelVolume,
  { geometry }: Pick<Scan, 'geometry'>,
  sidecar: Sidecar,
  beforeFiles?: (files: readonly HashedFile[], sidecar: Sidecar) => Promise<void>,
): Promise<void> {
  const labelMap = {
    file: paths.labelMap,
    bytes: await encodeLabelMap(paths.labelMap, labels, geometry, sidecar.structures),
  }
  const names = { file: paths.names, bytes: Buffer.from(formatLabelTable(sidecar.structures)) }
  const details = { file: paths.sidecar, bytes: Buffer.from(`${JSON.stringify(sidecar, null, 2)}\n`) }
  await beforeFiles?.(
    [labelMap, names, details].map(({ file, bytes }) => ({ path: file, sha256: sha256Of(bytes) })),
    sidecar,
  )
  await writeBytesTogether([details, names, labelMap], async () => {
    // Of a link what it points to, which is what is written.
    for (const file of [paths.sidecar, paths.names]) await rm(await realpath(file).catch(() => file), { force: true })
  })
}
