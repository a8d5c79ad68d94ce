import type { Size3 } from '../../shared/geometry/points.js'

/**
 * The largest connected piece of what is not 0 (x fastest in memory), without what is one voxel thin from front to back,
 * such as the table under a patient.
 */
export function largestPiece(solid: ArrayLike<number>, size: Size3): Uint8Array {
  const isFree = thickened(solid, size)
  let best = { count: 0, number: 0 }
  const numbers = new Uint16Array(isFree.length)
  for (let seed = 0, number = 1; seed < isFree.length && number < 0xffff; seed++) {
    if (isFree[seed] === 0) continue
    const count = takePiece(isFree, numbers, size, { seed, number })
    if (count > best.count) best = { count, number }
    number++
  }
  return Uint8Array.from(numbers, (number) => (number === best.number && number !== 0 ? 1 : 0))
}

function thickened(solid: ArrayLike<number>, [nx, ny, nz]: Size3): Uint8Array {
  const out = new Uint8Array(solid.length)
  for (let z = 0, at = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, at++) {
        const isThick = (y === 0 || solid[at - nx] !== 0) && (y === ny - 1 || solid[at + nx] !== 0)
        if (solid[at] !== 0 && isThick) out[at] = 1
      }
  return out
}

/** Numbers the voxels that are connected with a seed and takes them out; returns how many. */
function takePiece(
  isFree: Uint8Array,
  numbers: Uint16Array,
  [nx, ny, nz]: Size3,
  { seed, number }: { readonly seed: number; readonly number: number },
): number {
  const waiting = [seed]
  let count = 0
  const visit = (at: number): void => {
    if (isFree[at] === 0) return
    isFree[at] = 0
    waiting.push(at)
  }
  visit(seed)
  waiting.shift()
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    numbers[at] = number
    count++
    const x = at % nx
    const y = Math.floor(at / nx) % ny
    const z = Math.floor(at / (nx * ny))
    if (x > 0) visit(at - 1)
    if (x < nx - 1) visit(at + 1)
    if (y > 0) visit(at - nx)
    if (y < ny - 1) visit(at + nx)
    if (z > 0) visit(at - nx * ny)
    if (z < nz - 1) visit(at + nx * ny)
  }
  return count
}
