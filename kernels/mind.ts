import { reserve } from './memory'

/** Bytes that a described cell takes: twelve channels and four of 0, so that a cell is one vector. */
export const CELL_BYTES = 16
const CHANNELS = 12

/** The six neighbours of a cell as x, y, z; pairs that touch each other, in the order of the channels. */
const NEIGHBOURS: StaticArray<i32> = [-1, 0, 0, 1, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, -1, 0, 0, 1]
const FIRST: StaticArray<i32> = [2, 2, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5]
const SECOND: StaticArray<i32> = [0, 1, 0, 1, 0, 1, 2, 3, 0, 1, 2, 3]

/** 255 exp(-x) for x in steps of 1 / EXP_STEPS; beyond the last it is 0. */
const EXP_STEPS: i32 = 256
const EXP_LENGTH: i32 = 8 * EXP_STEPS
const expBytes = memory.data(8 * 256 + 1)
let hasExpBytes = false
/** Distances of four cells. */
const fourCells = memory.data(16 * 12)

function fillExpBytes(): void {
  if (hasExpBytes) return
  for (let i = 0; i < EXP_LENGTH; i++)
    store<u8>(expBytes + i, <u8>Math.floor(255 * Math.exp(-(<f64>i) / <f64>EXP_STEPS) + 0.5))
  store<u8>(expBytes + EXP_LENGTH, 0)
  hasExpBytes = true
}

/**
 * Self-similarity descriptors (MIND-SSC).
 * @param image float32, x fastest, [nx, ny, nz]
 * @param low,high values outside of these are clipped
 * @param leastNoise least mean of the twelve distances, as a sum over a patch
 * @param out CELL_BYTES per cell, 255 for like
 */
export function mindSsc(
  image: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  low: f32,
  high: f32,
  leastNoise: f32,
  out: usize,
): void {
  fillExpBytes()
  // Rows with a border, as long as whole vectors.
  const wide = (nx + 5) & ~3
  const padded = pad(image, nx, ny, nz, wide, low, high)
  const plane = 4 * wide * ny
  // Of each pair three planes of distances, summed over 3 x 3 cells of the plane.
  const ring = reserve(CHANNELS * 3 * plane)
  const spare = reserve(plane)
  const row = reserve(4 * wide + 16)
  for (let z = 0; z <= nz; z++) {
    if (z < nz) {
      for (let c = 0; c < CHANNELS; c++) {
        const first = 3 * FIRST[c]
        const second = 3 * SECOND[c]
        distances(padded + offset(first, z, wide, ny), padded + offset(second, z, wide, ny), ny, wide, nx, row, spare)
        sumRows(spare, ny, wide, ring + (3 * c + (z % 3)) * plane)
      }
    }
    if (z > 0) {
      const here = z - 1
      const before = max(0, here - 1) % 3
      const after = min(nz - 1, here + 1) % 3
      bytesOfPlane(ring, plane, before, here % 3, after, nx, ny, wide, leastNoise, out + CELL_BYTES * nx * ny * here)
    }
  }
}

/** The image with its border repeated once and its values clipped. */
function pad(image: usize, nx: i32, ny: i32, nz: i32, wide: i32, low: f32, high: f32): usize {
  const out = reserve(4 * wide * (ny + 2) * (nz + 2))
  const least = f32x4.splat(low)
  const most = f32x4.splat(high)
  for (let z = 0; z < nz + 2; z++) {
    for (let y = 0; y < ny + 2; y++) {
      const from = image + 4 * nx * (within(y - 1, ny) + ny * within(z - 1, nz))
      const to = out + 4 * wide * (y + (ny + 2) * z)
      for (let x = 0; x < nx; x += 4)
        v128.store(to + 4 * (x + 1), f32x4.pmax(least, f32x4.pmin(most, v128.load(from + 4 * x))))
      store<f32>(to, load<f32>(to + 4))
      store<f32>(to + 4 * (nx + 1), load<f32>(to + 4 * nx))
    }
  }
  return out
}

function within(i: i32, n: i32): i32 {
  return max(0, min(n - 1, i))
}

/** Where in the padded image a neighbour of the first cell of plane z lies. */
function offset(neighbour: i32, z: i32, wide: i32, ny: i32): usize {
  const x = 1 + NEIGHBOURS[neighbour]
  const y = 1 + NEIGHBOURS[neighbour + 1]
  return 4 * (x + wide * (y + (ny + 2) * (z + 1 + NEIGHBOURS[neighbour + 2])))
}

/** Squared differences of two neighbours of the cells of a plane, summed over three cells along x, borders repeated. */
function distances(a: usize, b: usize, ny: i32, wide: i32, nx: i32, row: usize, out: usize): void {
  for (let y = 0; y < ny; y++) {
    for (let x = 0; x < nx; x += 4) {
      const d = f32x4.sub(v128.load(a + 4 * x), v128.load(b + 4 * x))
      v128.store(row + 4 * (x + 1), f32x4.mul(d, d))
    }
    store<f32>(row, load<f32>(row + 4))
    store<f32>(row + 4 * (nx + 1), load<f32>(row + 4 * nx))
    for (let x = 0; x < nx; x += 4) {
      const p = row + 4 * x
      v128.store(out + 4 * x, f32x4.add(f32x4.add(v128.load(p), v128.load(p, 4)), v128.load(p, 8)))
    }
    a += 4 * wide
    b += 4 * wide
    out += 4 * wide
  }
}

/** Sums of three rows, borders repeated. */
function sumRows(from: usize, ny: i32, wide: i32, out: usize): void {
  for (let y = 0; y < ny; y++) {
    const p = from + 4 * wide * max(0, y - 1)
    const q = from + 4 * wide * y
    const r = from + 4 * wide * min(ny - 1, y + 1)
    for (let x = 0; x < 4 * wide; x += 16)
      v128.store(out + x, f32x4.add(f32x4.add(v128.load(p + x), v128.load(q + x)), v128.load(r + x)))
    out += 4 * wide
  }
}

/** exp(-distance / noise) as bytes: the noise is the mean of the twelve, and the least distance counts as none. */
function bytesOfPlane(
  ring: usize,
  plane: i32,
  before: i32,
  here: i32,
  after: i32,
  nx: i32,
  ny: i32,
  wide: i32,
  leastNoise: f32,
  out: usize,
): void {
  const four = fourCells
  const end = f32x4.splat(<f32>EXP_LENGTH)
  for (let y = 0; y < ny; y++) {
    for (let x = 0; x < nx; x += 4) {
      let least = f32x4.splat(Infinity)
      let sum = f32x4.splat(0)
      let at = ring + 4 * (x + wide * y)
      for (let c = 0; c < CHANNELS; c++, at += 3 * plane) {
        const d = f32x4.add(
          f32x4.add(v128.load(at + before * plane), v128.load(at + here * plane)),
          v128.load(at + after * plane),
        )
        v128.store(four + 16 * c, d)
        least = f32x4.pmin(least, d)
        sum = f32x4.add(sum, d)
      }
      const mean = f32x4.mul(sum, f32x4.splat(<f32>(1.0 / 12.0)))
      const noise = f32x4.pmax(f32x4.splat(leastNoise), f32x4.sub(mean, least))
      const factor = f32x4.div(f32x4.splat(<f32>EXP_STEPS), noise)
      const to = out + CELL_BYTES * (x + nx * y)
      const count = min(4, nx - x)
      for (let c = 0; c < CHANNELS; c++) {
        const steps = f32x4.mul(f32x4.sub(v128.load(four + 16 * c), least), factor)
        const i = i32x4.trunc_sat_f32x4_s(f32x4.pmin(end, steps))
        store<u8>(to + c, load<u8>(expBytes + i32x4.extract_lane(i, 0)))
        if (count > 1) store<u8>(to + 16 + c, load<u8>(expBytes + i32x4.extract_lane(i, 1)))
        if (count > 2) store<u8>(to + 32 + c, load<u8>(expBytes + i32x4.extract_lane(i, 2)))
        if (count > 3) store<u8>(to + 48 + c, load<u8>(expBytes + i32x4.extract_lane(i, 3)))
      }
      for (let k = 0; k < count; k++) store<u32>(to + 16 * k + CHANNELS, 0)
    }
  }
}
