import { MedlsamError } from '../../shared/medlsamError.js'
import { invertAffine, multiplyAffine, spacingMm } from '../../shared/geometry/affine.js'
import { intersectBoxes, volumeBox } from '../../shared/geometry/boxConversion.js'
import { isSameGrid, type VoxelGrid } from '../volume/sameGrid.js'
import { canonicalOrder } from '../../shared/geometry/orient.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'

/** A label map on another's grid, and a sentence where it had to be changed for that. */
export interface PlacedLabels {
  readonly labels: LabelVolume
  readonly warning: string | null
}

/**
 * Brings a prediction onto the grid of the truth. The same voxels in another storage order are sorted, which
 * changes nothing; another grid is sampled at the middles of the truth's voxels (nearest neighbour), with a
 * warning, since masks of thin organs suffer.
 * @param resample false to refuse other grids
 * @throws MedlsamError `input` when the two do not meet in space, or when resampling is not wanted
 */
export function placeOnGrid(
  prediction: LabelVolume,
  truth: VoxelGrid,
  file: string,
  truthFile: string,
  resample = true,
): PlacedLabels {
  if (isSameGrid(prediction, truth)) return { labels: prediction, warning: null }
  const [from, to] = [canonicalOrder(prediction), canonicalOrder(truth)]
  const sorted = isSameGrid({ size: from.size, affine: from.affine }, { size: to.size, affine: to.affine })
  if (!sorted && !resample) {
    throw new MedlsamError(
      'input',
      `${file} lies on another grid than ${truthFile} (${describe(prediction)} against ${describe(truth)}): segment the scan that the truth belongs to.`,
      file,
    )
  }
  if (intersectBoxes(volumeBox(prediction), volumeBox(truth)) === null) {
    throw new MedlsamError(
      'input',
      `${file} and ${truthFile} lie in different places: compare label maps of one scan.`,
      file,
    )
  }
  return {
    labels: { data: sample(prediction, truth), size: truth.size, affine: truth.affine },
    warning: sorted
      ? null
      : `${file} lies on another grid than ${truthFile} (${describe(prediction)} against ${describe(truth)}) and was resampled to it; thin organs lose accuracy.`,
  }
}

function sample(source: LabelVolume, target: VoxelGrid): LabelVolume['data'] {
  const m = multiplyAffine(invertAffine(source.affine), target.affine)
  const [nx, ny, nz] = target.size
  const [sx, sy, sz] = source.size
  const voxels = nx * ny * nz
  const data =
    source.data instanceof Uint8Array
      ? new Uint8Array(voxels)
      : source.data instanceof Uint16Array
        ? new Uint16Array(voxels)
        : new Uint32Array(voxels)
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at++) {
        const i = Math.round(m[0] * x + m[1] * y + m[2] * z + m[3])
        const j = Math.round(m[4] * x + m[5] * y + m[6] * z + m[7])
        const k = Math.round(m[8] * x + m[9] * y + m[10] * z + m[11])
        if (i >= 0 && j >= 0 && k >= 0 && i < sx && j < sy && k < sz) data[at] = source.data[i + sx * (j + sy * k)]
      }
    }
  }
  return data
}

function describe({ size, affine }: VoxelGrid): string {
  const spacing = spacingMm(canonicalOrder({ size, affine }).affine)
  return `${size.join(' x ')} voxels of ${spacing.map((mm) => mm.toFixed(2)).join(' x ')} mm`
}
