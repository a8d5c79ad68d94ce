import { CELL_BYTES } from './mind'
import { zeros, reserve } from './memory'
import { fromVectors, Pair, toVectors, widened } from './pair'
import { smoothBlocks } from './smooth'

/** Step of Adam, in template cells (ConvexAdam). */
const RATE_CELLS: f32 = 0.6
/** What a squared difference of neighbouring displacements costs, beside descriptors in 0 to 1. */
const BEND_COST: f32 = 0.015
const BETA_1: f32 = 0.9
const BETA_2: f32 = 0.999
const EPSILON: f32 = 1e-12

/**
 * Improves displacements by steps of Adam on descriptor difference plus bending; the field is always seen through a
 * smoothing of 3 x 3 x 3 blocks.
 * @param at a Pair
 * @param field float32 x, y, z per block, in template cells; changed in place
 */
export function adamDeform(at: usize, steps: i32, field: usize): void {
  const pair = changetype<Pair>(at)
  const blocks = pair.bx * pair.by * pair.bz
  const bytes = 16 * blocks
  const template = widened(pair.template, pair.nx * pair.ny * pair.nz)
  const query = widened(pair.query, blocks)
  const moves = toVectors(field, blocks)
  const smooth = reserve(bytes)
  const spare = reserve(bytes)
  const gradient = reserve(bytes)
  const momentum = zeros(bytes)
  const power = zeros(bytes)
  let left1: f32 = 1
  let left2: f32 = 1
  for (let step = 0; step < steps; step++) {
    memory.copy(smooth, moves, bytes)
    smoothBlocks(smooth, pair.bx, pair.by, pair.bz, spare)
    bend(pair, smooth, gradient)
    addDifference(pair, template, query, smooth, gradient)
    smoothBlocks(gradient, pair.bx, pair.by, pair.bz, spare)
    left1 *= BETA_1
    left2 *= BETA_2
    descend(bytes, moves, gradient, momentum, power, 1 - left1, 1 - left2)
  }
  smoothBlocks(moves, pair.bx, pair.by, pair.bz, spare)
  fromVectors(moves, blocks, field)
}

/** One step of Adam; `share1` and `share2` correct momentum and power for having begun at 0. */
function descend(
  bytes: i32,
  moves: usize,
  gradient: usize,
  momentum: usize,
  power: usize,
  share1: f32,
  share2: f32,
): void {
  const keep1 = f32x4.splat(BETA_1)
  const take1 = f32x4.splat(1 - BETA_1)
  const keep2 = f32x4.splat(BETA_2)
  const take2 = f32x4.splat(1 - BETA_2)
  const rate = f32x4.splat(RATE_CELLS / share1)
  const part = f32x4.splat(1 / share2)
  const epsilon = f32x4.splat(EPSILON)
  for (let i = 0; i < bytes; i += 16) {
    const g = v128.load(gradient + i)
    const m = f32x4.add(f32x4.mul(keep1, v128.load(momentum + i)), f32x4.mul(take1, g))
    const p = f32x4.add(f32x4.mul(keep2, v128.load(power + i)), f32x4.mul(take2, f32x4.mul(g, g)))
    v128.store(momentum + i, m)
    v128.store(power + i, p)
    const stepped = f32x4.div(f32x4.mul(rate, m), f32x4.add(f32x4.sqrt(f32x4.mul(p, part)), epsilon))
    v128.store(moves + i, f32x4.sub(v128.load(moves + i), stepped))
  }
}

/** How the squared differences of neighbours change with the displacements. */
function bend(pair: Pair, field: usize, gradient: usize): void {
  const bx = pair.bx
  const by = pair.by
  const bz = pair.bz
  const row = 16 * bx
  const plane = row * by
  const cost = f32x4.splat(2 * BEND_COST)
  for (let z = 0, at = 0; z < bz; z++) {
    for (let y = 0; y < by; y++) {
      for (let x = 0; x < bx; x++, at += 16) {
        const p = field + at
        const v = v128.load(p)
        let sum = f32x4.splat(0)
        if (x > 0) sum = f32x4.add(sum, f32x4.sub(v, v128.load(p - 16)))
        if (x + 1 < bx) sum = f32x4.add(sum, f32x4.sub(v, v128.load(p + 16)))
        if (y > 0) sum = f32x4.add(sum, f32x4.sub(v, v128.load(p - row)))
        if (y + 1 < by) sum = f32x4.add(sum, f32x4.sub(v, v128.load(p + row)))
        if (z > 0) sum = f32x4.add(sum, f32x4.sub(v, v128.load(p - plane)))
        if (z + 1 < bz) sum = f32x4.add(sum, f32x4.sub(v, v128.load(p + plane)))
        v128.store(gradient + at, f32x4.mul(cost, sum))
      }
    }
  }
}

/** Adds how the difference of descriptors changes with the displacements; beyond the template nothing pulls. */
function addDifference(pair: Pair, template: usize, query: usize, field: usize, gradient: usize): void {
  const bx = pair.bx
  const by = pair.by
  let block = 0
  for (let z = 0; z < pair.bz; z++) {
    for (let y = 0; y < by; y++) {
      for (let x = 0; x < bx; x++, block++) {
        if (!load<u8>(pair.seen + block)) continue
        const at = field + 16 * block
        const px = <f32>(pair.lowX + 2 * x) + load<f32>(at)
        const py = <f32>(pair.lowY + 2 * y) + load<f32>(at, 4)
        const pz = <f32>(pair.lowZ + 2 * z) + load<f32>(at, 8)
        if (px < 0 || py < 0 || pz < 0) continue
        if (px >= <f32>(pair.nx - 1) || py >= <f32>(pair.ny - 1) || pz >= <f32>(pair.nz - 1)) continue
        const to = gradient + 16 * block
        v128.store(to, f32x4.add(v128.load(to), pullOf(pair, template, query + CELL_BYTES * block, px, py, pz)))
      }
    }
  }
}

/** Four channels of a cell as numbers. */
function channels(at: usize): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load_zero<u32>(at))))
}

function along(a: v128, step: v128, part: v128): v128 {
  return f32x4.add(a, f32x4.mul(step, part))
}

/** The gradient of the squared difference of a block and the template, interpolated at a place in cells. */
function pullOf(pair: Pair, template: usize, block: usize, px: f32, py: f32, pz: f32): v128 {
  const ix = <i32>px
  const iy = <i32>py
  const iz = <i32>pz
  const fx = f32x4.splat(px - <f32>ix)
  const fy = f32x4.splat(py - <f32>iy)
  const fz = f32x4.splat(pz - <f32>iz)
  const sy = CELL_BYTES * pair.nx
  const sz = sy * pair.ny
  const p = template + CELL_BYTES * ix + sy * iy + sz * iz
  let gx = f32x4.splat(0)
  let gy = f32x4.splat(0)
  let gz = f32x4.splat(0)
  for (let c = 0; c < 12; c += 4) {
    const a = channels(p + c)
    const b = channels(p + sy + c)
    const e = channels(p + sz + c)
    const h = channels(p + sy + sz + c)
    const ga = f32x4.sub(channels(p + CELL_BYTES + c), a)
    const gb = f32x4.sub(channels(p + sy + CELL_BYTES + c), b)
    const ge = f32x4.sub(channels(p + sz + CELL_BYTES + c), e)
    const gh = f32x4.sub(channels(p + sy + sz + CELL_BYTES + c), h)
    const ra = along(a, ga, fx)
    const re = along(e, ge, fx)
    const lowY = f32x4.sub(along(b, gb, fx), ra)
    const highY = f32x4.sub(along(h, gh, fx), re)
    const low = along(ra, lowY, fy)
    const rise = f32x4.sub(along(re, highY, fy), low)
    const d = f32x4.sub(along(low, rise, fz), channels(block + c))
    const lowX = along(ga, f32x4.sub(gb, ga), fy)
    const highX = along(ge, f32x4.sub(gh, ge), fy)
    gx = f32x4.add(gx, f32x4.mul(d, along(lowX, f32x4.sub(highX, lowX), fz)))
    gy = f32x4.add(gy, f32x4.mul(d, along(lowY, f32x4.sub(highY, lowY), fz)))
    gz = f32x4.add(gz, f32x4.mul(d, rise))
  }
  const unit = f32x4.splat(<f32>(2.0 / (255.0 * 255.0)))
  return f32x4.mul(unit, f32x4(sumOf(gx), sumOf(gy), sumOf(gz), 0))
}

function sumOf(v: v128): f32 {
  const two = f32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1))
  return f32x4.extract_lane(two, 0) + f32x4.extract_lane(two, 1)
}
