import { huVoxels, labelVoxels } from '../../imageio/convertVoxels.js'
import type { OpenItk } from '../../imageio/itk/itkModule.js'
import type { StoredFiles } from '../../imageio/memoryFiles.js'
import { readInMemory } from '../../imageio/readInMemory.js'
import { rangeOf } from '../../imageio/voxels.js'
import type { Affine } from '../../shared/geometry/affine.js'
import type { Size3 } from '../../shared/geometry/points.js'
import { inputError } from '../../shared/inputError.js'

/** What to read: whole files as they were fetched. */
export interface ImageOrder {
  readonly files: StoredFiles
  /** The one that was named; the others belong to it. */
  readonly name: string
  readonly kind: 'scan' | 'labels'
  readonly maxBytes: number
  /** Which volume of a 4D image, from 0. */
  readonly timePoint: number
}

/** What the header of an image says. */
export interface ImageFacts {
  readonly timePoints: number
  /** How its numbers are stored, such as `int16`. */
  readonly dtype: string
  /** Its header in its own words. */
  readonly headerText: string
  readonly warnings: readonly string[]
}

/** What a file holds: numbers as the engine takes them, x fastest, and voxel index to RAS mm. */
export interface ShownImage {
  readonly data: Int16Array | Float32Array | Uint8Array | Uint16Array | Uint32Array
  readonly size: Size3
  readonly affine: Affine
  readonly facts: ImageFacts
}

/**
 * Reads one volume of an image as the engine does: the same parsers, and the same conversion of numbers.
 * @param openItk null to read NRRD and MetaImage without ITK; the tests hold both ways equal
 * @throws MedlsamError with one sentence about what is wrong
 */
export async function shownImage(
  { files, name, kind, maxBytes, timePoint }: ImageOrder,
  openItk: OpenItk | null,
): Promise<ShownImage> {
  const image = await readInMemory({ files, name, maxBytes, openItk, timePoint })
  const { raw, size, affine, scaling, timePoints, dtype, headerText, warnings } = image
  if (size.some((n) => n < 2))
    throw inputError(
      name,
      `${name} is a single picture of ${size.join(' x ')} voxels, not a volume: export all slices as one.`,
    )
  const range = rangeOf(raw, scaling)
  const isLabels = kind === 'labels' && range.isIntegral && range.min >= 0 && range.max <= 0xffffffff
  const data = isLabels ? labelVoxels(raw, scaling, range) : huVoxels(raw, scaling, range)
  return { data, size, affine, facts: { timePoints, dtype, headerText, warnings } }
}
