import type { Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { BoxVoxel } from '../../shared/structure.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'

/** A mask cut out of a volume with one empty voxel on every side: 1 inside, 0 outside, x fastest. */
export interface PaddedMask {
  readonly data: Uint8Array
  readonly size: Size3
}

/** Cuts one label out of a label map: what lies in `box`, with a margin of one empty voxel. */
export function cutPadded(
  { data, size }: Pick<LabelVolume, 'data' | 'size'>,
  labelValue: number,
  { min, max }: BoxVoxel,
): PaddedMask {
  const [nx, ny, nz] = mapAxes((axis) => max[axis] - min[axis] + 3)
  const mask = new Uint8Array(nx * ny * nz)
  for (let z = min[2]; z <= max[2]; z++) {
    for (let y = min[1]; y <= max[1]; y++) {
      let to = 1 + nx * (y - min[1] + 1 + ny * (z - min[2] + 1))
      let from = min[0] + size[0] * (y + size[1] * z)
      for (let x = min[0]; x <= max[0]; x++) mask[to++] = data[from++] === labelValue ? 1 : 0
    }
  }
  return { data: mask, size: [nx, ny, nz] }
}
