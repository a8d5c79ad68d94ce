import type { BoxVoxel } from '../../shared/structure.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'

/** A label and where in the volume to look for it. */
interface LabelPlace {
  readonly labelValue: number
  /** Stored voxel indices, both ends inclusive. */
  readonly boxVoxel: BoxVoxel
}

/** Pieces smaller than this share of a label are debris. */
const DEBRIS_SHARE = 0.02

/** Pieces of a label within its box: `piece[voxel of the box]` is 0 outside the label, else 1 + index into `sizes`. */
interface Pieces {
  readonly piece: Int32Array
  readonly sizes: readonly number[]
}

/** Finds connected pieces (voxels that touch, even by a corner) by flooding. */
function findPieces({ data, size }: Pick<LabelVolume, 'data' | 'size'>, { labelValue, boxVoxel }: LabelPlace): Pieces {
  const { min, max } = boxVoxel
  const [w, h, d] = [max[0] - min[0] + 1, max[1] - min[1] + 1, max[2] - min[2] + 1]
  const OPEN = -1
  const piece = new Int32Array(w * h * d)
  for (let z = 0, at = 0; z < d; z++) {
    for (let y = 0; y < h; y++) {
      const row = min[0] + size[0] * (min[1] + y + size[1] * (min[2] + z))
      for (let x = 0; x < w; x++, at++) piece[at] = data[row + x] === labelValue ? OPEN : 0
    }
  }
  const sizes: number[] = []
  const stack: number[] = []
  for (let seed = 0; seed < piece.length; seed++) {
    if (piece[seed] !== OPEN) continue
    let count = 0
    const id = sizes.length + 1
    piece[seed] = id
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
            if (piece[next] !== OPEN) continue
            piece[next] = id
            stack.push(next)
          }
        }
      }
    }
    sizes.push(count)
  }
  return { piece, sizes }
}

/** Numbers of voxels of a label's connected pieces, largest first. */
function componentSizes(volume: Pick<LabelVolume, 'data' | 'size'>, place: LabelPlace): readonly number[] {
  return [...findPieces(volume, place).sizes].sort((a, b) => b - a)
}

/**
 * Pieces smaller than this share of a label's largest piece are slips of the pen that would move its extreme points.
 */
const STRAY_SHARE = 0.05

/** The label map without stray pieces of its labels; the given one is left alone. */
export function dropStrayPieces(volume: LabelVolume, places: readonly LabelPlace[]): LabelVolume {
  const data = volume.data.slice()
  const [nx, ny] = volume.size
  for (const place of places) {
    const { piece, sizes } = findPieces(volume, place)
    const least = STRAY_SHARE * Math.max(...sizes)
    if (sizes.every((count) => count >= least)) continue
    const { min, max } = place.boxVoxel
    let at = 0
    for (let z = min[2]; z <= max[2]; z++) {
      for (let y = min[1]; y <= max[1]; y++) {
        for (let x = min[0]; x <= max[0]; x++, at++) {
          if (piece[at] > 0 && sizes[piece[at] - 1] < least) data[x + nx * (y + ny * z)] = 0
        }
      }
    }
  }
  return { ...volume, data }
}

/** Whether a label is one connected piece, debris of less than 2 % aside. */
export function isOnePiece(
  volume: Pick<LabelVolume, 'data' | 'size'>,
  extent: LabelPlace & { readonly voxels: number },
): boolean {
  return componentSizes(volume, extent).filter((count) => count >= DEBRIS_SHARE * extent.voxels).length === 1
}
