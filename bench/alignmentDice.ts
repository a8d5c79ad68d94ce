import type { Grid } from '../src/engine/alignment/grid.js'
import type { SoftMask } from '../src/engine/alignment/pullMasks.js'
import type { LabelVolume } from '../src/shared/geometry/volume.js'
import type { Drawn } from './alignmentCases.js'

/** Dice of a soft mask, interpolated at the voxels of a label map, with one of its labels. */
export function diceOfMask(
  { mask: { low, size, data }, level, grid }: { readonly mask: SoftMask; readonly level: number; readonly grid: Grid },
  { data: labels, size: full, affine: m }: LabelVolume,
  { labelValue, voxels }: Drawn,
): number {
  const s = grid.spacingMm
  const [mx, my, mz] = size
  const [ox, oy, oz] = [0, 1, 2].map((axis) => grid.originMm[axis] + low[axis] * s)
  let [both, mine] = [0, 0]
  for (let z = 0, at = 0; z < full[2]; z++) {
    for (let y = 0; y < full[1]; y++) {
      for (let x = 0; x < full[0]; x++, at++) {
        const px = (m[0] * x + m[1] * y + m[2] * z + m[3] - ox) / s
        const py = (m[4] * x + m[5] * y + m[6] * z + m[7] - oy) / s
        const pz = (m[8] * x + m[9] * y + m[10] * z + m[11] - oz) / s
        if (px <= -1 || py <= -1 || pz <= -1 || px >= mx || py >= my || pz >= mz) continue
        const [ix, iy, iz] = [Math.floor(px), Math.floor(py), Math.floor(pz)]
        let value = 0
        for (let corner = 0; corner < 8; corner++) {
          const [dx, dy, dz] = [corner & 1, (corner >> 1) & 1, corner >> 2]
          const [cx, cy, cz] = [ix + dx, iy + dy, iz + dz]
          if (cx < 0 || cy < 0 || cz < 0 || cx >= mx || cy >= my || cz >= mz) continue
          value +=
            data[cx + mx * (cy + my * cz)] *
            (dx === 1 ? px - ix : 1 - px + ix) *
            (dy === 1 ? py - iy : 1 - py + iy) *
            (dz === 1 ? pz - iz : 1 - pz + iz)
        }
        if (value <= level * 255) continue
        mine++
        if (labels[at] === labelValue) both++
      }
    }
  }
  return (2 * both) / Math.max(1, mine + voxels)
}
