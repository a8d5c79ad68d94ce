import { fillHolesPerSlice } from '../../labels/maskComponents.js'
import type { SpacedMask } from './structureMask.js'

/**
 * The mask with what it encloses: background that cannot reach the border through voxel faces, in each slice (z), or in
 * the whole volume.
 */
export function fillHoles({ data, size }: SpacedMask, within: 'slice' | 'volume'): Uint8Array {
  const filled = data.slice()
  if (within === 'slice') fillHolesPerSlice(filled, size)
  else fillCavities(filled, size)
  return filled
}

function fillCavities(mask: Uint8Array, [nx, ny, nz]: SpacedMask['size']): void {
  const area = nx * ny
  const outside = new Uint8Array(mask.length)
  const stack: number[] = []
  const visit = (at: number): void => {
    if (mask[at] !== 0 || outside[at] !== 0) return
    outside[at] = 1
    stack.push(at)
  }
  for (let z = 0, at = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, at++)
        if (x === 0 || y === 0 || z === 0 || x === nx - 1 || y === ny - 1 || z === nz - 1) visit(at)
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const x = at % nx
    const y = Math.floor(at / nx) % ny
    if (x > 0) visit(at - 1)
    if (x < nx - 1) visit(at + 1)
    if (y > 0) visit(at - nx)
    if (y < ny - 1) visit(at + nx)
    if (at >= area) visit(at - area)
    if (at < mask.length - area) visit(at + area)
  }
  for (let at = 0; at < mask.length; at++) if (outside[at] === 0) mask[at] = 1
}
