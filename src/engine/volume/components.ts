import type { BoxVoxel } from '../../protocol/structure.js'
import type { LabelVolume } from './volume.js'

/** A label and where in the volume to look for it. */
interface LabelPlace {
  readonly labelValue: number
  /** Stored voxel indices, both ends inclusive. */
  readonly boxVoxel: BoxVoxel
}

/** Pieces smaller than this part of a label are debris. */
const DEBRIS_PART = 0.02

/** Numbers of voxels of a label's connected pieces (voxels that touch, even by a corner), largest first. */
export function componentSizes({ data, size }: Pick<LabelVolume, 'data' | 'size'>, { labelValue, boxVoxel }: LabelPlace): readonly number[] {
  const { min, max } = boxVoxel
  const [w, h, d] = [max[0] - min[0] + 1, max[1] - min[1] + 1, max[2] - min[2] + 1]
  const open = new Uint8Array(w * h * d)
  for (let z = 0, at = 0; z < d; z++) {
    for (let y = 0; y < h; y++) {
      const row = min[0] + size[0] * (min[1] + y + size[1] * (min[2] + z))
      for (let x = 0; x < w; x++, at++) open[at] = data[row + x] === labelValue ? 1 : 0
    }
  }
  const sizes: number[] = []
  const stack: number[] = []
  for (let seed = 0; seed < open.length; seed++) {
    if (open[seed] === 0) continue
    let count = 0
    open[seed] = 0
    stack.push(seed)
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      count++
      const x = at % w
      const y = Math.floor(at / w) % h
      const z = Math.floor(at / (w * h))
      for (let k = Math.max(0, z - 1); k <= Math.min(d - 1, z + 1); k++) {
        for (let j = Math.max(0, y - 1); j <= Math.min(h - 1, y + 1); j++) {
          for (let i = Math.max(0, x - 1); i <= Math.min(w - 1, x + 1); i++) {
            const next = i + w * (j + h * k)
            if (open[next] === 0) continue
            open[next] = 0
            stack.push(next)
          }
        }
      }
    }
    sizes.push(count)
  }
  return sizes.sort((a, b) => b - a)
}

/** Whether a label is one connected piece, debris of less than 2 % aside. */
export function isOnePiece(volume: Pick<LabelVolume, 'data' | 'size'>, extent: LabelPlace & { readonly voxels: number }): boolean {
  return componentSizes(volume, extent).filter((count) => count >= DEBRIS_PART * extent.voxels).length === 1
}
