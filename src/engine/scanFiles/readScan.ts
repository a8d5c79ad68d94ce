import { checkCt } from './ctCheck.js'
import { inputError } from '../../shared/inputError.js'
import { openImage, readStoredVoxels, type ReadOptions } from './openImage.js'
import type { Scan } from '../../shared/geometry/volume.js'
import { huVoxels } from '../../imageio/convertVoxels.js'
import { rangeOf } from '../../imageio/voxels.js'

/** How a scan is read. */
export interface ScanOptions extends ReadOptions {
  /** Take the values as HU whatever they look like. */
  readonly forceHu?: boolean
}

/**
 * Reads a CT scan: NIfTI-1 and -2, NRRD or MetaImage, any number format. The header is checked first,
 * and nothing is read or inflated beyond what it promises.
 *
 * @returns HU on the grid as stored (int16 where that is exact, else float32), NaN and infinite as air
 * @throws MedlsamError `input` with one sentence: what is wrong, in which file, what to do; `usage` for a time
 *   point that is not there
 */
export async function readScan(path: string, options: ScanOptions = {}): Promise<Scan> {
  const header = await openImage(path)
  if (header.size.some((n) => n < 2)) {
    throw inputError(
      path,
      `${path} is a single picture of ${header.size.join(' x ')} voxels, not a volume: choose a 3D scan.`,
    )
  }
  const { raw, sha256 } = await readStoredVoxels(header, options)
  const range = rangeOf(raw, header.scaling)
  checkCt(path, range, options.forceHu ?? false)
  return {
    data: huVoxels(raw, header.scaling, range),
    size: header.size,
    affine: header.affine,
    path,
    sha256,
    geometry: { niftiHeader: header.niftiHeader, size: header.size, affine: header.affine },
    warnings:
      range.nonFinite === 0
        ? header.warnings
        : [
            ...header.warnings,
            `${range.nonFinite} voxels of ${path} hold no number (NaN or infinite); they count as air.`,
          ],
  }
}
