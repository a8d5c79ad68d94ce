import type { ImageHeader } from '../../imageio/imageHeader.js'
import { NO_SCALING } from '../../imageio/voxels.js'
import { chooseSeries } from './chooseSeries.js'
import type { FoundSeries } from './findSeries.js'
import { readSlices } from './readSlices.js'
import { isWhole, stackSlices } from './stackSlices.js'

/**
 * Opens a CT series in DICOM, of what was found: the one of a slice, or that of a folder and what is below it. Headers
 * are checked, no pixels read.
 * @param wanted which series, by its number in the list of the place, its UID or the end of that
 * @throws MedlsamError `input` with one sentence about what is wrong; `usage` where there is no such series
 */
export function openDicom(found: FoundSeries, wanted?: string): ImageHeader {
  const { series, warnings } = chooseSeries(found, wanted)
  const stack = stackSlices(series, found.folder)
  return {
    // Names of slices may be identifiers, which do not belong into reports.
    path: found.folder,
    size: stack.size,
    spacingMm: stack.spacingMm,
    affine: stack.affine,
    dtype: isWhole(stack) ? 'int16' : 'float32',
    timePoints: 1,
    scaling: NO_SCALING,
    warnings: [...warnings, ...stack.warnings],
    niftiHeader: null,
    files: stack.slices.map(({ file }) => file),
    source: null,
    text: null,
    readVoxels: () => readSlices(stack),
  }
}
