import type { Size3 } from '../../protocol/geometry.js'

const VISITED = 2
const KEPT = 3

/**
 * Keeps the largest piece of a mask, in place; pieces touch by faces, edges or corners.
 * Of equally large pieces the first in memory stays.
 * @param mask 0 or 1 per voxel, x fastest.
 * @returns How many voxels were removed.
 */
export function keepLargestComponent(mask: Uint8Array, size: Size3): number {
  let largestSeed = -1
  let largestCount = 0
  let total = 0
  for (let seed = 0; seed < mask.length; seed++) {
    if (mask[seed] !== 1) continue
    const count = flood(mask, size, seed, VISITED)
    total += count
    if (count > largestCount) [largestSeed, largestCount] = [seed, count]
  }
  if (largestSeed >= 0) flood(mask, size, largestSeed, KEPT)
  for (let i = 0; i < mask.length; i++) mask[i] = mask[i] === KEPT ? 1 : 0
  return total - largestCount
}

/** Gives every voxel of the seed's piece another value, and counts them. The mask is the only record, to save memory. */
function flood(mask: Uint8Array, [width, height, depth]: Size3, seed: number, value: number): number {
  const from = mask[seed]
  const stack = [seed]
  mask[seed] = value
  let count = 0
  for (let voxel = stack.pop(); voxel !== undefined; voxel = stack.pop()) {
    count += 1
    const x = voxel % width
    const y = Math.floor(voxel / width) % height
    const z = Math.floor(voxel / (width * height))
    const endX = Math.min(width, x + 2)
    const endY = Math.min(height, y + 2)
    const endZ = Math.min(depth, z + 2)
    for (let nz = Math.max(0, z - 1); nz < endZ; nz++) {
      for (let ny = Math.max(0, y - 1); ny < endY; ny++) {
        const row = width * (ny + height * nz)
        for (let nx = Math.max(0, x - 1); nx < endX; nx++) {
          if (mask[row + nx] !== from) continue
          mask[row + nx] = value
          stack.push(row + nx)
        }
      }
    }
  }
  return count
}

/**
 * Fills what a mask encloses within a slice, in place: background that cannot reach the slice's border
 * through voxel faces. A cavity closed in 3D is closed in each of its slices, so it is filled too.
 * @param mask 0 or 1 per voxel, x fastest; slices are its z planes.
 * @returns How many voxels were filled.
 */
export function fillHolesPerSlice(mask: Uint8Array, size: Size3): number {
  const [width, height, depth] = size
  const area = width * height
  const outside = new Uint8Array(area)
  const stack = new Int32Array(area)
  let filled = 0
  for (let z = 0; z < depth; z++) {
    const plane = mask.subarray(z * area, (z + 1) * area)
    outside.fill(0)
    let top = 0
    const visit = (i: number): void => {
      if (plane[i] !== 0 || outside[i] !== 0) return
      outside[i] = 1
      stack[top++] = i
    }
    for (let x = 0; x < width; x++) {
      visit(x)
      visit(area - width + x)
    }
    for (let y = 0; y < height; y++) {
      visit(y * width)
      visit(y * width + width - 1)
    }
    while (top > 0) {
      const i = stack[--top]
      const x = i % width
      if (x > 0) visit(i - 1)
      if (x < width - 1) visit(i + 1)
      if (i >= width) visit(i - width)
      if (i < area - width) visit(i + width)
    }
    for (let i = 0; i < area; i++) {
      if (plane[i] !== 0 || outside[i] !== 0) continue
      plane[i] = 1
      filled += 1
    }
  }
  return filled
}
