import { readFile } from 'node:fs/promises'
import { inputError } from '../../../shared/inputError.js'
import { sha256Of } from '../../../shared/node/hash.js'
import type { Structure } from '../../../shared/structure.js'
import type { LabelMap } from '../../scanFiles/readLabelMap.js'
import { parseAll, textOf, type DataSet } from '../dataSet.js'
import { isDicomFile } from '../readHeaders.js'
import { paintStructures, type DrawnStructures, type VoxelGrid } from './drawnStructure.js'
import { readRtStruct } from './readRtStruct.js'
import { readSegmentation } from './readSegmentation.js'

/** A label map that brings the names of its values. */
export interface NamedLabelMap extends LabelMap {
  readonly structures: readonly Structure[]
}

/**
 * Reads the structures of a DICOM SEG or RTSTRUCT as a label map on the grid of their scan; null for what is not DICOM.
 * @throws MedlsamError `input` for other DICOM files, damaged ones, and such as were drawn on another scan
 */
export async function readDicomLabels(file: string, grid: VoxelGrid): Promise<NamedLabelMap | null> {
  if (!(await isDicomFile(file))) return null
  const bytes = await readFile(file)
  const set = parseAll(bytes)
  if (set === null) throw inputError(file, `${file} is DICOM, but damaged or cut off: copy it again.`)
  const drawn = drawnIn(set, grid, file)
  const { labels, structures, warnings } = paintStructures(grid, drawn.structures)
  if (structures.length === 0)
    throw inputError(file, `${file} holds no structure that lies on the scan: use one that was drawn on this scan.`)
  return { ...labels, structures, path: file, sha256: sha256Of(bytes), warnings: [...drawn.warnings, ...warnings] }
}

function drawnIn(set: DataSet, grid: VoxelGrid, file: string): DrawnStructures {
  const modality = textOf(set, 'x00080060')
  switch (modality) {
    case 'RTSTRUCT':
      return readRtStruct(set, grid, file)
    case 'SEG':
      return readSegmentation(set, grid, file)
    default:
      throw inputError(file, `${file} is no label map but DICOM of another kind: name an RTSTRUCT or SEG file.`)
  }
}
