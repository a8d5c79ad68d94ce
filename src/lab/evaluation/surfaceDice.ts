import type { PointMm, Size3 } from '../../shared/geometry/points.js'
import { squaredDistances } from '../../engine/numeric/distanceTransform.js'
import { elementAreas } from './elementAreas.js'
import type { PaddedMask } from '../../engine/labels/paddedMask.js'

/**
 * Surface Dice at a tolerance (normalized surface distance; Nikolov et al. 2021): the share of both surfaces
 * that lies within the tolerance of the other. Surface elements stand on the corners between eight voxels and
 * count by the area of the surface there. Both masks lie on one grid and hold a voxel.
 */
export function surfaceDice(a: PaddedMask, b: PaddedMask, spacingMm: PointMm, toleranceMm: number): number {
  const areas = elementAreas(spacingMm)
  const [surfaceA, surfaceB] = [surfaceElements(a), surfaceElements(b)]
  const limit = toleranceMm ** 2 * (1 + 1e-9)
  const measure = (own: SurfaceElements, other: SurfaceElements): { readonly near: number; readonly all: number } => {
    const squared = squaredDistances(other.onSurface, other.size, spacingMm)
    let [near, all] = [0, 0]
    for (let i = 0; i < own.codes.length; i++) {
      if (own.onSurface[i] === 0) continue
      const area = areas[own.codes[i]]
      all += area
      if (squared[i] <= limit) near += area
    }
    return { near, all }
  }
  const [ofA, ofB] = [measure(surfaceA, surfaceB), measure(surfaceB, surfaceA)]
  return (ofA.near + ofB.near) / (ofA.all + ofB.all)
}

interface SurfaceElements {
  /** Per corner of voxels which of its eight voxels are inside, one bit each. */
  readonly codes: Uint8Array
  /** 1 where some but not all are. */
  readonly onSurface: Uint8Array
  readonly size: Size3
}

function surfaceElements({ data, size: [nx, ny, nz] }: PaddedMask): SurfaceElements {
  // The mask's rim is empty, so the corners between voxels are all there are.
  const size: Size3 = [nx - 1, ny - 1, nz - 1]
  const codes = new Uint8Array(size[0] * size[1] * size[2])
  const onSurface = new Uint8Array(codes.length)
  const slice = nx * ny
  let at = 0
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      let i = nx * (y + ny * z)
      for (let x = 0; x < size[0]; x++, i++, at++) {
        const near = data[i] | (data[i + 1] << 1) | (data[i + nx] << 2) | (data[i + nx + 1] << 3)
        const far =
          data[i + slice] | (data[i + slice + 1] << 1) | (data[i + slice + nx] << 2) | (data[i + slice + nx + 1] << 3)
        const code = near | (far << 4)
        codes[at] = code
        onSurface[at] = code === 0 || code === 255 ? 0 : 1
      }
    }
  }
  return { codes, onSurface, size }
}
