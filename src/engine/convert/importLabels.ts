import type { ImportedLabels, ImportLabelsRequest } from '../../protocol/rpc.js'
import { inputError } from '../../shared/inputError.js'
import { labelTableNameOf } from '../../shared/labelMapNames.js'
import { formatLabelTable } from '../../shared/labelTable.js'
import { keepForeign, neverOurs } from '../../shared/node/keepForeign.js'
import { writeBytesTogether } from '../../shared/node/wholeFiles.js'
import { readDicomLabels } from '../dicom/objects/readDicomLabels.js'
import { openImage } from '../scanFiles/openImage.js'
import { encodeLabelMap } from '../scanFiles/writeLabelMap.js'

/**
 * Writes the structures of a DICOM SEG or RTSTRUCT as a label map on the grid of a scan, and a table of their names.
 * @throws MedlsamError `input` for other files and such as were drawn on another scan, `output` where something is
 *   there already
 */
export async function importLabels({ file, scanPath, out }: ImportLabelsRequest): Promise<ImportedLabels> {
  const { size, affine, niftiHeader } = await openImage(scanPath)
  const labels = await readDicomLabels(file, { size, affine })
  if (labels === null) throw inputError(file, `${file} is not DICOM: choose a SEG or RTSTRUCT file.`)
  const { structures, warnings } = labels
  const files = [
    { file: labelTableNameOf(out), bytes: Buffer.from(formatLabelTable(structures)) },
    { file: out, bytes: await encodeLabelMap(out, labels, { niftiHeader, size, affine }, structures) },
  ]
  await keepForeign(
    files.map((one) => ({ file: one.file, isOurs: neverOurs })),
    false,
  )
  await writeBytesTogether(files, () => Promise.resolve())
  return { labelMapPath: out, structures: structures.length, warnings }
}
