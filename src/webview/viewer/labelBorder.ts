import type { Size3 } from '../../shared/geometry/points.js'

/** A label map with the voxels taken out whose six neighbours all have the same label: what is left are outlines. */
export function labelBorder<T extends { readonly length: number; [index: number]: number; slice(): T }>(
  voxels: T,
  size: Size3,
): T {
  const [nx, ny, nz] = size
  const border = voxels.slice()
  let at = 0
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at++) {
        const label = voxels[at]
        if (label === 0 || x === 0 || y === 0 || z === 0 || x === nx - 1 || y === ny - 1 || z === nz - 1) continue
        const inside =
          voxels[at - 1] === label &&
          voxels[at + 1] === label &&
          voxels[at - nx] === label &&
          voxels[at + nx] === label &&
          voxels[at - nx * ny] === label &&
          voxels[at + nx * ny] === label
        if (inside) border[at] = 0
      }
    }
  }
  return border
}
