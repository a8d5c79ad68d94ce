import type { Size3 } from '../../src/shared/geometry/points.js'
import type { Affine } from '../../src/shared/geometry/affine.js'
import type { Volume } from '../../src/shared/geometry/volume.js'

/** A volume of whole numbers that differ from voxel to voxel, in HU's range. */
export function roughVolume(size: Size3, affine: Affine): Volume<Int16Array> {
  const data = Int16Array.from(
    { length: size[0] * size[1] * size[2] },
    (_, i) => ((Math.imul(i + 1, 2654435761) >>> 12) % 2500) - 1000,
  )
  return { data, size, affine }
}
