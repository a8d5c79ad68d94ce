import { inputError } from '../../shared/inputError.js'
import { openImage, readStoredVoxels, type ReadOptions } from './openImage.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import { labelVoxels } from '../../imageio/convertVoxels.js'
import { rangeOf } from '../../imageio/voxels.js'

/** A label map and the file it came from. */
export interface LabelMap extends LabelVolume {
  readonly path: string
  /** SHA-256 of the file as stored. */
  readonly sha256: string
  readonly warnings: readonly string[]
}

/**
 * Reads a label map in any of the formats and number formats of scans; its values must be whole
 * numbers of 0 or more. They are kept in the smallest unsigned type that holds them.
 * @throws MedlsamError `input` with one sentence about what is wrong
 */
export async function readLabelMap(path: string, options: ReadOptions = {}): Promise<LabelMap> {
  const header = await openImage(path)
  const { raw, sha256 } = await readStoredVoxels(header, options)
  const range = rangeOf(raw, header.scaling)
  const { min, max, isIntegral, nonFinite } = range
  const wrong =
    nonFinite > 0
      ? 'values that are no numbers'
      : !isIntegral
        ? 'fractions'
        : min < 0
          ? `negative values (down to ${min})`
          : max > 0xffffffff
            ? `values as large as ${max}`
            : null
  if (wrong !== null)
    throw inputError(
      path,
      `${path} is not a label map, since it holds ${wrong}: name a file with one whole number per structure.`,
    )
  return {
    data: labelVoxels(raw, header.scaling, range),
    size: header.size,
    affine: header.affine,
    path,
    sha256,
    warnings: header.warnings,
  }
}
