import path from 'node:path'
import type { SavedLabelMap, SaveLabelMapRequest } from '../../protocol/editedLabels.js'
import { labelTableNameOf, sidecarNameOf } from '../../shared/labelMapNames.js'
import { editSidecarSchema } from '../../shared/labelEdit/editSidecar.js'
import { formatLabelTable, isOwnLabelTable } from '../../shared/labelTable.js'
import { copyLabels } from '../../shared/geometry/volume.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { sha256Of } from '../../shared/node/hash.js'
import { parseJsonOrNull } from '../../shared/parseJsonOrNull.js'
import { readTextFileIfAny } from '../../shared/node/readTextFile.js'
import { fileStamp, outputError, writeBytesTogether } from '../../shared/node/wholeFiles.js'
import { formatOf } from '../../shared/scanNames.js'
import { sidecarSchema } from '../../shared/sidecar.js'
import { labelExtents } from '../labels/extremePoints.js'
import { correctedSidecar, drawnSidecar, type EditedResult } from './editedSidecar.js'
import type { EditedLabelMaps } from './editedLabelMap.js'
import { encodeLabels } from './encodeLabels.js'

/**
 * Writes a label map that was edited, with its names, and a sidecar that says where each structure comes from. Names and
 * sidecars of other programs are left alone. All files are written, or none.
 * @throws MedlsamError `output` with the remedy `force` when another program changed the file since it was opened;
 *   `output` and `input` when it cannot be written or read
 */
export async function saveLabelMap(maps: EditedLabelMaps, request: SaveLabelMapRequest): Promise<SavedLabelMap> {
  const { labels: edited, out, structures, force, isCopy = false } = request
  if (force !== true) await checkUnchanged(out, isCopy ? null : edited.baseStamp)
  const opened = await maps.openEditedLabelMap(edited)
  const labels = copyLabels(opened.labels)
  const extents = new Map(labelExtents(labels).map((extent) => [extent.labelValue, extent]))
  const result = { labels, extents, structures }
  const labelMap = { file: out, bytes: await encodeLabels(out, { ...opened, labels }, structures, extents) }
  const beside = await filesBeside(edited.basePath ?? out, { scan: edited.scanPath, labelMap }, result)
  await writeBytesTogether([...beside, labelMap], () => Promise.resolve())
  const stamp = await fileStamp(out)
  if (!isCopy) await maps.setSaved(edited.session, out, stamp)
  return { labelMapPath: out, stamp }
}

/** @param expected its stamp when it was opened; null where there was no such file */
async function checkUnchanged(file: string, expected: string | null): Promise<void> {
  const stamp = await fileStamp(file).catch(() => null)
  if (stamp === expected) return
  const what =
    expected === null ? 'is there already' : stamp === null ? 'was removed' : 'was changed by another program'
  const since = expected === null ? '' : ' since it was opened'
  throw new MedlsamError('output', `${file} ${what}${since}, so the labels were not saved.`, file, {
    remedy: { option: 'force' },
  })
}

interface FileToWrite {
  readonly file: string
  readonly bytes: Uint8Array
}

/** Sidecar and names, as far as no other program has its own there. */
async function filesBeside(
  base: string,
  { scan, labelMap }: { readonly scan: string; readonly labelMap: FileToWrite },
  result: EditedResult,
): Promise<FileToWrite[]> {
  const files: FileToWrite[] = []
  const { file: out, bytes } = labelMap
  const names = labelTableNameOf(out)
  const table = await textBeside(names)
  // Segmentations of 3D Slicer hold their names themselves.
  const isTableOurs = !/\.seg\.nrrd$/i.test(out) && (table === null || isOwnLabelTable(table))
  const namesText = isTableOurs ? formatLabelTable(result.structures) : (table ?? '')
  const sidecar = sidecarNameOf(out)
  const before = parseJsonOrNull(await textBeside(sidecarNameOf(base)))
  const ofRun = sidecarSchema.safeParse(before)
  // Names of DICOM slices may be identifiers, which do not belong into reports.
  const input = formatOf(scan) === null ? path.dirname(scan) : scan
  const place = { input: path.relative(path.dirname(out), input), output: path.basename(out) }
  const next = ofRun.success
    ? correctedSidecar(ofRun.data, result, { labelMap: sha256Of(bytes), names: sha256Of(namesText) })
    : drawnSidecar(result, place)
  const present = sidecar === sidecarNameOf(base) ? before : parseJsonOrNull(await textBeside(sidecar))
  if (ofRun.success || present === null || editSidecarSchema.safeParse(present).success)
    files.push({ file: sidecar, bytes: Buffer.from(`${JSON.stringify(next, null, 2)}\n`) })
  if (isTableOurs) files.push({ file: names, bytes: Buffer.from(namesText) })
  return files
}

/** The text of a file beside the label map; null where there is none. */
async function textBeside(file: string): Promise<string | null> {
  return readTextFileIfAny(file).catch((error: unknown) => {
    throw outputError(file, error)
  })
}
