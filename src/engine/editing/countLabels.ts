import type { LabelVolume } from '../../shared/geometry/volume.js'
import type { BoxVoxel } from '../../shared/structure.js'

/** How much there is of a label, and where. */
export interface LabelCount {
  readonly voxels: number
  /** In voxels as stored. */
  readonly box: BoxVoxel
}

/** Counts the voxels of every label but 0, and finds the box around them. */
export function countLabels({ data, size }: LabelVolume): ReadonlyMap<number, LabelCount> {
  const counts = new Map<number, { voxels: number; min: [number, number, number]; max: [number, number, number] }>()
  const [nx, ny, nz] = size
  let at = 0
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++) {
        const label = data[at++]
        if (label === 0) continue
        const count = counts.get(label)
        if (count === undefined) counts.set(label, { voxels: 1, min: [x, y, z], max: [x, y, z] })
        else {
          count.voxels++
          if (x < count.min[0]) count.min[0] = x
          else if (x > count.max[0]) count.max[0] = x
          if (y < count.min[1]) count.min[1] = y
          else if (y > count.max[1]) count.max[1] = y
          count.max[2] = z
        }
      }
    }
  }
  return new Map([...counts].map(([label, { voxels, min, max }]) => [label, { voxels, box: { min, max } }]))
}
