import type { Affine } from './affine.js'
import { boxVoxelToMm } from './boxConversion.js'
import type { BoxMm, Size3 } from './points.js'

/** Numbers that hold a label per voxel, as stored, and where they are. */
interface LabelGrid {
  readonly data: { indexOf(labelValue: number, from?: number): number }
  readonly size: Size3
  /** Voxel index to RAS mm. */
  readonly affine: Affine
}

/** The box in RAS mm around all voxels of a label, their faces included; null for none. */
export function labelBox({ data, size, affine }: LabelGrid, labelValue: number): BoxMm | null {
  const min: [number, number, number] = [...size]
  const max: [number, number, number] = [-1, -1, -1]
  const [nx, ny] = size
  for (let at = data.indexOf(labelValue); at !== -1; at = data.indexOf(labelValue, at + 1)) {
    const voxel = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / nx / ny)]
    for (const axis of [0, 1, 2] as const) {
      min[axis] = Math.min(min[axis], voxel[axis])
      max[axis] = Math.max(max[axis], voxel[axis])
    }
  }
  return max[0] < 0 ? null : boxVoxelToMm(affine, { min, max })
}
