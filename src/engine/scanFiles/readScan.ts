import { checkCt } from './ctCheck.js'
import { huOffsetOf } from './huOffset.js'
import { inputError } from '../../shared/inputError.js'
import { openImage, readStoredVoxels, type ReadOptions, type SeriesChoice } from './openImage.js'
import type { Scan } from '../../shared/geometry/volume.js'
import { huVoxels } from '../../imageio/convertVoxels.js'
import { rangeOf } from '../../imageio/voxels.js'

/** How a scan is read. */
export interface ScanOptions extends ReadOptions, SeriesChoice {
  /** Take the values as HU whatever they look like. */
  readonly forceHu?: boolean
  /** Take them as HU, as of a template, unless they are seen to have an offset. */
  readonly isTemplate?: boolean
  /** What was added to HU in the file; it is subtracted. */
  readonly huOffset?: number
}

/**
 * Reads a CT scan: NIfTI-1 and -2, NRRD, MetaImage or DICOM slices, any number format. The header is checked first,
 * and nothing is read or inflated beyond what it promises.
 *
 * @returns HU on the grid as stored (int16 where that is exact, else float32), NaN and infinite as air
 * @throws MedlsamError `input` with one sentence: what is wrong, in which file, what to do; `usage` for a time
 *   point that is not there
 */
export async function readScan(path: string, options: ScanOptions = {}): Promise<Scan> {
  const header = await openImage(path, options)
  if (header.size.some((n) => n < 2)) {
    throw inputError(
      path,
      `${path} is a single picture of ${header.size.join(' x ')} voxels, not a volume: choose a 3D scan.`,
    )
  }
  const { raw, sha256 } = await readStoredVoxels(header, options)
  const offset = options.huOffset ?? 0
  const scaling = { ...header.scaling, inter: header.scaling.inter - offset }
  const range = rangeOf(raw, scaling)
  const said = options.isTemplate === true ? 'isTemplate' : options.forceHu === true ? 'isCt' : 'nothing'
  checkCt(path, range, said, () => huOffsetOf(raw, scaling))
  return {
    data: huVoxels(raw, scaling, range),
    size: header.size,
    affine: header.affine,
    path: header.path,
    sha256,
    geometry: { niftiHeader: header.niftiHeader, size: header.size, affine: header.affine },
    warnings: [
      ...header.warnings,
      ...(offset === 0 ? [] : [`${offset} was subtracted from the values of ${path}, as was asked for.`]),
      ...(range.nonFinite === 0
        ? []
        : [`${range.nonFinite} voxels of ${path} hold no number (NaN or infinite); they count as air.`]),
    ],
  }
}
