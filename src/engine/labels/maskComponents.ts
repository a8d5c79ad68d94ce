import type { Size3 } from '../../shared/geometry/points.js'

/**
 * Keeps the largest piece of a mask, in place; pieces touch by faces, edges or corners.
 * Of equally large pieces the first in memory stays. Works on runs of voxels, since a large organ has
 * thousands of voxels for every run.
 * @param mask 0 or 1 per voxel, x fastest.
 * @returns How many voxels were removed.
 */
export function keepLargestComponent(mask: Uint8Array, size: Size3): number {
  return removeComponentsBelow(mask, size, Infinity)
}

/**
 * Removes pieces of fewer voxels than a number, in place, but for the largest, which is kept as
 * {@link keepLargestComponent} does.
 * @returns How many voxels were removed.
 */
export function removeComponentsBelow(mask: Uint8Array, size: Size3, voxels: number): number {
  const { starts, ends, firstOfRow } = findRuns(mask, size)
  const parents = starts.map((_, run) => run)
  joinRuns(starts, ends, firstOfRow, size, parents)

  const counts = new Map<number, number>()
  starts.forEach((start, run) => {
    const root = rootOf(parents, run)
    counts.set(root, (counts.get(root) ?? 0) + ends[run] - start)
  })
  const [largest] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [-1, 0])
  let removed = 0
  starts.forEach((start, run) => {
    const root = rootOf(parents, run)
    if (root === largest || (counts.get(root) ?? 0) >= voxels) return
    removed += ends[run] - start
    mask.fill(0, start, ends[run])
  })
  return removed
}

/** Runs of voxels along x in memory order: places of the first and after the last voxel; rows are all y of all z. */
function findRuns(
  mask: Uint8Array,
  [width, height, depth]: Size3,
): { readonly starts: number[]; readonly ends: number[]; readonly firstOfRow: Int32Array } {
  const starts: number[] = []
  const ends: number[] = []
  const firstOfRow = new Int32Array(height * depth + 1)
  for (let row = 0; row < height * depth; row++) {
    firstOfRow[row] = starts.length
    const end = (row + 1) * width
    for (let i = row * width; i < end; i++) {
      if (mask[i] === 0) continue
      starts.push(i)
      while (i < end && mask[i] !== 0) i++
      ends.push(i)
    }
  }
  firstOfRow[height * depth] = starts.length
  return { starts, ends, firstOfRow }
}

/** Joins every run with those it touches in the rows before its own; the root of a piece is its first run. */
function joinRuns(
  starts: readonly number[],
  ends: readonly number[],
  firstOfRow: Int32Array,
  [width, height, depth]: Size3,
  parents: number[],
): void {
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (const [dy, dz] of [
        [-1, 0],
        [-1, -1],
        [0, -1],
        [1, -1],
      ]) {
        if (y + dy < 0 || y + dy >= height || z + dz < 0) continue
        const row = y + height * z
        const before = row + dy + height * dz
        const shift = (row - before) * width
        let [a, b] = [firstOfRow[row], firstOfRow[before]]
        while (a < firstOfRow[row + 1] && b < firstOfRow[before + 1]) {
          const [start, end] = [starts[b] + shift, ends[b] + shift]
          if (starts[a] <= end && start <= ends[a]) join(parents, a, b)
          if (ends[a] < end) a++
          else b++
        }
      }
    }
  }
}

function join(parents: number[], a: number, b: number): void {
  const [p, q] = [rootOf(parents, a), rootOf(parents, b)]
  parents[Math.max(p, q)] = Math.min(p, q)
}

function rootOf(parents: number[], run: number): number {
  while (parents[run] !== run) {
    parents[run] = parents[parents[run]]
    run = parents[run]
  }
  return run
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
