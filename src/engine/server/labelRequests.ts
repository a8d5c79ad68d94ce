import type {
  CompareLabelMapsRequest,
  LabelStatisticsRequest,
  OperateAnswer,
  OperateRequest,
} from '../../protocol/editedLabels.js'
import { copyLabels, type LabelVolume } from '../../shared/geometry/volume.js'
import type { LabelComparison, LabelStatisticsReport } from '../../shared/labelComparison.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { packRuns, unpackRuns } from '../../shared/node/packedRuns.js'
import { changeStructure } from '../editing/changeStructure.js'
import type { EditedLabelMaps } from '../editing/editedLabelMap.js'
import { compareLabels } from '../labels/compareLabels.js'
import { placeOnGrid } from '../labels/placeOnGrid.js'
import { readLabelMap } from '../scanFiles/readLabelMap.js'
import { scanStatistics } from '../labels/scanStatistics.js'

/** Does an operation on a structure of a label map that is being edited; its edits are left to the host. */
export async function operateOnLabels(maps: EditedLabelMaps, request: OperateRequest): Promise<OperateAnswer> {
  const labels = await copyOf(maps, request)
  const edited = request.edited.map(unpackRuns).filter((runs) => runs !== null)
  const { runs, fromOthers } = await changeStructure(labels, { ...request, edited })
  return { runs: packRuns(runs), fromOthers: packRuns(fromOthers) }
}

/**
 * Compares a label map as it is edited with the file of another one.
 * @throws MedlsamError `input` where one cannot be read, the two lie apart, or they have no structure in common
 */
export async function compareLabelMaps(
  maps: EditedLabelMaps,
  request: CompareLabelMapsRequest,
): Promise<LabelComparison> {
  const { referencePath, names, referenceNames } = request
  const [labels, read] = [await copyOf(maps, request), await readLabelMap(referencePath)]
  const file = request.labels.basePath ?? request.labels.scanPath
  const { labels: reference, warning } = placeOnGrid(read, labels, referencePath, file)
  const structures = compareLabels({ labels, names }, { labels: reference, names: referenceNames })
  if (!structures.some(({ labelValue, referenceValue }) => labelValue !== null && referenceValue !== null))
    throw new MedlsamError(
      'input',
      `${file} and ${referencePath} have no structure of one name in common: rename those that belong together.`,
      referencePath,
    )
  return { structures, warnings: warning === null ? [] : [warning] }
}

/** Statistics of all structures of a label map as it is edited. */
export async function labelMapStatistics(
  maps: EditedLabelMaps,
  request: LabelStatisticsRequest,
): Promise<LabelStatisticsReport> {
  const { scanPath, basePath } = request.labels
  return scanStatistics(scanPath, await copyOf(maps, request), basePath ?? scanPath, request.names)
}

/** The next request changes the labels that are kept in place, and these take long. */
async function copyOf(maps: EditedLabelMaps, { labels }: Pick<OperateRequest, 'labels'>): Promise<LabelVolume> {
  const { labels: kept } = await maps.openEditedLabelMap(labels)
  return copyLabels(kept)
}
