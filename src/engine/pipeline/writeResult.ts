import { realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Sidecar } from '../../shared/sidecar.js'
import { sha256IfThere, sha256Of } from '../../shared/node/hash.js'
import { writeBytesTogether } from '../../shared/node/wholeFiles.js'
import { formatLabelTable } from '../../shared/labelTable.js'
import type { LabelVolume, Scan } from '../../shared/geometry/volume.js'
import { encodeExport } from '../convert/encodeExport.js'
import type { ExportFile } from '../convert/exportContent.js'
import type { SourceSeries } from '../dicom/objects/sourceSeries.js'
import { encodeLabelMap } from '../scanFiles/writeLabelMap.js'
import type { OutputPaths } from './outputPaths.js'
import { readSidecar } from './readSidecar.js'

/** A file as it is or will be. */
export interface HashedFile {
  readonly path: string
  readonly sha256: string
}

/** What a result lies on. */
export interface ResultTarget extends Pick<Scan, 'geometry'> {
  /** What DICOM objects refer to; null or absent where none is written. */
  readonly series?: SourceSeries | null
  /** False where the sidecar must not depend on the time, as the hashes of DICOM objects do. */
  readonly recordsExports?: boolean
}

/**
 * Writes label map, names and sidecar. An older result stays until the bytes of all three are on the disk. Then its
 * sidecar and names go before its label map is replaced, and the new sidecar comes last: whenever the process is
 * killed, nothing describes another label map than its own, and where a sidecar is, the rest is complete.
 * What an earlier run wrote for other programs, and this one does not, goes where nobody has changed it.
 * @returns the sidecar as written, with the hashes of the others
 * @param beforeFiles is told, label map first, what will be written; when it throws, nothing is
 * @throws MedlsamError `output` with the reason
 */
export async function writeResult(
  paths: OutputPaths,
  labels: LabelVolume,
  target: ResultTarget,
  sidecar: Sidecar,
  beforeFiles?: (files: readonly HashedFile[], sidecar: Sidecar) => Promise<void>,
): Promise<Sidecar> {
  const labelMap = {
    file: paths.labelMap,
    bytes: await encodeLabelMap(paths.labelMap, labels, target.geometry, sidecar.structures),
  }
  const exports = await exportFiles(paths, labels, target, { sidecar, sha256: sha256Of(labelMap.bytes) })
  const names = { file: paths.names, bytes: Buffer.from(formatLabelTable(sidecar.structures)) }
  const complete: Sidecar = {
    ...sidecar,
    outputSha256: {
      labelMap: sha256Of(labelMap.bytes),
      names: sha256Of(names.bytes),
      ...(exports.length > 0 && target.recordsExports !== false ? { exports: hashesOf(exports) } : {}),
    },
  }
  const details = { file: paths.sidecar, bytes: Buffer.from(`${JSON.stringify(complete, null, 2)}\n`) }
  await beforeFiles?.(
    [labelMap, names, ...exports, details].map(({ file, bytes }) => ({ path: file, sha256: sha256Of(bytes) })),
    complete,
  )
  const stale = await staleExports(paths)
  await writeBytesTogether([details, ...exports, names, labelMap], async () => {
    // Of a link what it points to, which is what is written.
    for (const file of [paths.sidecar, paths.names, ...stale])
      await rm(await realpath(file).catch(() => file), { force: true })
  })
  return complete
}

async function exportFiles(
  paths: OutputPaths,
  labels: LabelVolume,
  { geometry, series = null }: ResultTarget,
  { sidecar: { structures }, sha256 }: { readonly sidecar: Sidecar; readonly sha256: string },
): Promise<readonly ExportFile[]> {
  const content = { path: paths.labelMap, labels, geometry, structures, drawnBy: 'automatic', sha256, series } as const
  const files: ExportFile[] = []
  for (const { format, file } of paths.exports)
    files.push(...(await encodeExport(format, { ...content, created: new Date() }, file)))
  return files
}

function hashesOf(files: readonly ExportFile[]): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map(({ file, bytes }) => [path.basename(file), sha256Of(bytes)]))
}

/** Exports of the label map that is replaced, as they were written. */
async function staleExports(paths: OutputPaths): Promise<readonly string[]> {
  const known = (await readSidecar(paths.labelMap))?.outputSha256?.exports ?? {}
  const stale: string[] = []
  for (const [name, sha256] of Object.entries(known)) {
    const file = path.join(path.dirname(paths.labelMap), path.basename(name))
    const isWritten = paths.exports.some((each) => each.file === file)
    if (!isWritten && (await sha256IfThere(file)) === sha256) stale.push(file)
  }
  return stale
}
