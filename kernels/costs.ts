import { CELL_BYTES } from './mind'
import { reserve, zeros } from './memory'
import { Pair } from './pair'

/** Steps of a cost per unit; descriptors of 0 to 255 count as 0 to 1. */
export const COST_STEPS: f32 = 8192
const STEP_PER_BYTE: f32 = COST_STEPS / (255 * 255)
/** A raw cost that no displacement has: rows of a cube are filled up with it to whole vectors. */
const NEVER: f32 = 1e9

/**
 * The cost of moving each seen block by each displacement in a cube, averaged over the seen ones of 3 x 3 x 3 blocks.
 * Works plane by plane: what is held unpacked are three planes of sums.
 */
export class CostVolume {
  /** Displacements along an axis. */
  readonly side: i32
  /** The same, filled up to whole vectors: a row of a cube. */
  readonly wide: i32
  /** Numbers of a cube, x fastest. */
  readonly moves: i32
  /** Int32 per block: where its cube is; -1 where it is not seen. */
  readonly rowOf: usize
  /** Uint16 per displacement, a cube per seen block. */
  readonly costs: usize
  private perPlane: i32
  private cubeBytes: i32
  private raw: usize
  private along: usize
  private sums: usize
  private counts: usize
  /** A cube of 0. */
  private nothing: usize
  private offsets: usize

  /**
   * @param template CELL_BYTES per cell
   * @param base int16 x, y, z per block: where the cube's middle lies relative to the block's place; 0 for nowhere else
   */
  constructor(
    private pair: Pair,
    private template: usize,
    readonly base: usize,
    readonly reach: i32,
  ) {
    const side = 2 * reach + 1
    this.side = side
    this.wide = (side + 3) & ~3
    this.moves = this.wide * side * side
    this.cubeBytes = 4 * this.moves
    this.perPlane = pair.bx * pair.by
    const blocks = this.perPlane * pair.bz
    this.rowOf = reserve(4 * blocks)
    let rows = 0
    for (let i = 0; i < blocks; i++) store<i32>(this.rowOf + 4 * i, load<u8>(pair.seen + i) ? rows++ : -1)
    this.costs = reserve(2 * rows * this.moves)
    const planeBytes = this.perPlane * this.cubeBytes
    this.raw = reserve(planeBytes)
    this.along = reserve(planeBytes)
    this.sums = reserve(3 * planeBytes)
    this.counts = reserve(3 * this.perPlane)
    this.nothing = zeros(this.cubeBytes)
    this.offsets = reserve(4 * this.wide)
    for (let z = 0; z < pair.bz; z++) {
      this.fillPlane(z)
      if (z > 0) this.packPlane(z - 1)
    }
    this.packPlane(pair.bz - 1)
  }

  private isSeen(x: i32, y: i32, z: i32): bool {
    const bx = this.pair.bx
    const by = this.pair.by
    if (x < 0 || y < 0 || z < 0 || x >= bx || y >= by || z >= this.pair.bz) return false
    return load<u8>(this.pair.seen + x + bx * (y + by * z)) != 0
  }

  /** A cube of a plane, or one of 0 where there is none. */
  private cubeOr0(has: bool, plane: usize, x: i32, y: i32): usize {
    return has ? plane + this.cubeBytes * (x + this.pair.bx * y) : this.nothing
  }

  /** Sums of the costs of 3 x 3 blocks of a plane, where a plane beside it or itself is seen. */
  private fillPlane(z: i32): void {
    const bx = this.pair.bx
    const by = this.pair.by
    for (let y = 0; y < by; y++) {
      for (let x = 0; x < bx; x++) if (this.isSeen(x, y, z)) this.fillCube(x, y, z)
      for (let x = 0; x < bx; x++) {
        if (!this.anyAlong(x, y, z)) continue
        addCubes(
          this.cubeOr0(this.isSeen(x - 1, y, z), this.raw, x - 1, y),
          this.cubeOr0(this.isSeen(x, y, z), this.raw, x, y),
          this.cubeOr0(this.isSeen(x + 1, y, z), this.raw, x + 1, y),
          this.cubeBytes,
          this.cubeOr0(true, this.along, x, y),
        )
      }
    }
    const slot = z % 3
    const sums = this.sums + slot * this.perPlane * this.cubeBytes
    for (let y = 0; y < by; y++) {
      for (let x = 0; x < bx; x++) {
        if (!this.isSeen(x, y, z - 1) && !this.isSeen(x, y, z) && !this.isSeen(x, y, z + 1)) continue
        addCubes(
          this.cubeOr0(this.anyAlong(x, y - 1, z), this.along, x, y - 1),
          this.cubeOr0(this.anyAlong(x, y, z), this.along, x, y),
          this.cubeOr0(this.anyAlong(x, y + 1, z), this.along, x, y + 1),
          this.cubeBytes,
          this.cubeOr0(true, sums, x, y),
        )
        let count = 0
        for (let k = y - 1; k <= y + 1; k++) for (let j = x - 1; j <= x + 1; j++) if (this.isSeen(j, k, z)) count++
        store<u8>(this.counts + slot * this.perPlane + x + bx * y, <u8>count)
      }
    }
  }

  private anyAlong(x: i32, y: i32, z: i32): bool {
    return this.isSeen(x - 1, y, z) || this.isSeen(x, y, z) || this.isSeen(x + 1, y, z)
  }

  /** One cube of costs: a block against the template around a cell. */
  private fillCube(x: i32, y: i32, z: i32): void {
    const pair = this.pair
    const nx = pair.nx
    const reach = this.reach
    const side = this.side
    const wide = this.wide
    const block = x + pair.bx * (y + pair.by * z)
    let cellX = pair.lowX + 2 * x
    let cellY = pair.lowY + 2 * y
    let cellZ = pair.lowZ + 2 * z
    if (this.base) {
      cellX += load<i16>(this.base + 6 * block)
      cellY += load<i16>(this.base + 6 * block, 2)
      cellZ += load<i16>(this.base + 6 * block, 4)
    }
    const twelve = v128.and(i32x4(-1, -1, -1, 0), v128.load(pair.query + 12 * block))
    const low = i16x8.extend_low_i8x16_u(twelve)
    const high = i16x8.extend_high_i8x16_u(twelve)
    for (let i = 0; i < wide; i++) store<u32>(this.offsets + 4 * i, CELL_BYTES * within(cellX + i - reach, nx))
    let out = this.raw + this.cubeBytes * (x + pair.bx * y)
    for (let dz = -reach; dz <= reach; dz++) {
      const plane = pair.ny * within(cellZ + dz, pair.nz)
      for (let dy = -reach; dy <= reach; dy++) {
        const row = this.template + CELL_BYTES * nx * (within(cellY + dy, pair.ny) + plane)
        for (let i = 0; i < wide; i += 4, out += 16) {
          const at = this.offsets + 4 * i
          const a = unlike(row + load<u32>(at), low, high)
          const b = unlike(row + load<u32>(at, 4), low, high)
          const c = unlike(row + load<u32>(at, 8), low, high)
          const d = unlike(row + load<u32>(at, 12), low, high)
          const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7))
          const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7))
          const sums = i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7))
          v128.store(out, f32x4.convert_i32x4_s(sums))
        }
        for (let i = side; i < wide; i++) store<f32>(out - 4 * (wide - i), NEVER)
      }
    }
  }

  /** The means of a plane of blocks, as whole steps. */
  private packPlane(z: i32): void {
    const bx = this.pair.bx
    const by = this.pair.by
    const bz = this.pair.bz
    const planeBytes = this.perPlane * this.cubeBytes
    for (let y = 0; y < by; y++) {
      for (let x = 0; x < bx; x++) {
        const i = x + bx * y
        const row = load<i32>(this.rowOf + 4 * (i + this.perPlane * z))
        if (row < 0) continue
        let count = 0
        for (let k = max(0, z - 1); k <= min(bz - 1, z + 1); k++)
          count += load<u8>(this.counts + (k % 3) * this.perPlane + i)
        packCube(
          this.cubeOr0(z > 0, this.sums + ((z + 2) % 3) * planeBytes, x, y),
          this.cubeOr0(true, this.sums + (z % 3) * planeBytes, x, y),
          this.cubeOr0(z + 1 < bz, this.sums + ((z + 1) % 3) * planeBytes, x, y),
          this.cubeBytes,
          STEP_PER_BYTE / <f32>count,
          this.costs + 2 * row * this.moves,
        )
      }
    }
  }
}

function within(i: i32, n: i32): i32 {
  return max(0, min(n - 1, i))
}

/** Squared differences of a cell and a block, summed to four numbers. */
function unlike(cell: usize, low: v128, high: v128): v128 {
  const bytes = v128.load(cell)
  const d = i16x8.sub(i16x8.extend_low_i8x16_u(bytes), low)
  const e = i16x8.sub(i16x8.extend_high_i8x16_u(bytes), high)
  return i32x4.add(i32x4.dot_i16x8_s(d, d), i32x4.dot_i16x8_s(e, e))
}

function addCubes(p: usize, q: usize, r: usize, bytes: i32, out: usize): void {
  for (let k = 0; k < bytes; k += 16)
    v128.store(out + k, f32x4.add(f32x4.add(v128.load(p + k), v128.load(q + k)), v128.load(r + k)))
}

function packCube(p: usize, q: usize, r: usize, bytes: i32, factor: f32, out: usize): void {
  const factors = f32x4.splat(factor)
  for (let k = 0; k < bytes; k += 16, out += 8) {
    const sum = f32x4.add(f32x4.add(v128.load(p + k), v128.load(q + k)), v128.load(r + k))
    const steps = i32x4.trunc_sat_f32x4_s(f32x4.mul(sum, factors))
    v128.store_lane<u64>(out, i16x8.narrow_i32x4_u(steps, steps), 0)
  }
}
