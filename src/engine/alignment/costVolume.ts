import type { DescribedQuery } from './describe.js'
import { perAxis, type ChannelGrid } from './grid.js'
import { MIND_CHANNELS } from './mindSsc.js'

/** Costs are stored in this many steps per unit: squared differences of descriptors in 0 to 1, summed over channels. */
export const COST_STEPS = 8192
const STEP_PER_BYTE = COST_STEPS / (255 * 255)

/** How unlike a query block and the template are, for each displacement in a cube. */
export interface CostVolume {
  /** Displacements go from -reach to reach cells along each axis. */
  readonly reach: number
  /** `(2 reach + 1)^3` costs per seen block, dx fastest, in steps of 1 / {@link COST_STEPS}. */
  readonly costs: Uint16Array
  /** Where the costs of a block begin, over the number of displacements; -1 for blocks that are not seen. */
  readonly rowOf: Int32Array
}

/** What is matched with what. */
interface Matching {
  readonly template: ChannelGrid
  readonly query: DescribedQuery
  readonly reach: number
}

/** One cube of costs: the block against the template around a cell. */
function fillCube(
  { template, query, reach }: Matching,
  block: number,
  at: readonly number[],
  out: Float32Array,
  start: number,
): void {
  let to = start
  const q = query.data
  const b = block * MIND_CHANNELS
  const [q0, q1, q2, q3] = [q[b], q[b + 1], q[b + 2], q[b + 3]]
  const [q4, q5, q6, q7] = [q[b + 4], q[b + 5], q[b + 6], q[b + 7]]
  const [q8, q9, qa, qb] = [q[b + 8], q[b + 9], q[b + 10], q[b + 11]]
  const t = template.data
  const [nx, ny, nz] = template.size
  for (let dz = -reach; dz <= reach; dz++) {
    const z = Math.min(nz - 1, Math.max(0, at[2] + dz))
    for (let dy = -reach; dy <= reach; dy++) {
      const y = Math.min(ny - 1, Math.max(0, at[1] + dy))
      const row = nx * (y + ny * z)
      for (let dx = -reach; dx <= reach; dx++, to++) {
        const x = at[0] + dx
        const p = MIND_CHANNELS * (row + (x < 0 ? 0 : x >= nx ? nx - 1 : x))
        const [d0, d1, d2, d3] = [t[p] - q0, t[p + 1] - q1, t[p + 2] - q2, t[p + 3] - q3]
        const [d4, d5, d6, d7] = [t[p + 4] - q4, t[p + 5] - q5, t[p + 6] - q6, t[p + 7] - q7]
        const [d8, d9, da, db] = [t[p + 8] - q8, t[p + 9] - q9, t[p + 10] - qa, t[p + 11] - qb]
        out[to] =
          d0 * d0 +
          d1 * d1 +
          d2 * d2 +
          d3 * d3 +
          d4 * d4 +
          d5 * d5 +
          d6 * d6 +
          d7 * d7 +
          d8 * d8 +
          d9 * d9 +
          da * da +
          db * db
      }
    }
  }
}

function addRow(to: Float32Array, toAt: number, from: Float32Array, fromAt: number, count: number): void {
  for (let i = 0; i < count; i++) to[toAt + i] += from[fromAt + i]
}

/** Costs of one plane of blocks, summed over 3 x 3 blocks in the plane, and how many seen blocks each sum holds. */
interface CostPlane {
  readonly sums: Float32Array
  readonly counts: Uint8Array
}

/**
 * The cost of moving each seen block of a query by each displacement in a cube, averaged over the seen ones of
 * 3 x 3 x 3 blocks (ConvexAdam, Siebert et al., IEEE TMI 2024). Works plane by plane, so that only three planes are
 * held unpacked.
 * @param base where the cube's middle lies, in template cells per block (x, y, z interleaved) relative to the block's
 *   own place; none for 0
 */
export function costVolume(
  query: DescribedQuery,
  template: ChannelGrid,
  reach: number,
  base: Int16Array | null,
): CostVolume {
  const moves = (2 * reach + 1) ** 3
  const [bx, by, bz] = query.size
  const perPlane = bx * by
  const rowOf = new Int32Array(perPlane * bz).fill(-1)
  let rows = 0
  for (let i = 0; i < rowOf.length; i++) if (query.seen[i] === 1) rowOf[i] = rows++
  const costs = new Uint16Array(rows * moves)
  const raw = new Float32Array(perPlane * moves)
  const along = new Float32Array(perPlane * moves)
  const newPlane = (): CostPlane => ({ sums: new Float32Array(perPlane * moves), counts: new Uint8Array(perPlane) })
  const ring = [newPlane(), newPlane(), newPlane()]

  const fillPlane = (z: number): void => {
    const { sums, counts } = ring[z % 3]
    sums.fill(0)
    counts.fill(0)
    along.fill(0)
    const first = z * perPlane
    for (let y = 0, i = 0; y < by; y++) {
      for (let x = 0; x < bx; x++, i++) {
        if (query.seen[first + i] === 0) continue
        const at = perAxis(
          (axis) => query.low[axis] + 2 * [x, y, z][axis] + (base === null ? 0 : base[3 * (first + i) + axis]),
        )
        fillCube({ template, query, reach }, first + i, at, raw, i * moves)
        for (let k = Math.max(0, x - 1); k <= Math.min(bx - 1, x + 1); k++)
          addRow(along, (i + k - x) * moves, raw, i * moves, moves)
      }
    }
    for (let y = 0, i = 0; y < by; y++) {
      for (let x = 0; x < bx; x++, i++) {
        const wanted = [first - perPlane, first, first + perPlane].some((start) => rowOf[start + i] >= 0)
        for (let k = Math.max(0, y - 1); k <= Math.min(by - 1, y + 1); k++) {
          const row = k * bx + x
          for (let j = Math.max(0, x - 1); j <= Math.min(bx - 1, x + 1); j++)
            counts[i] += query.seen[first + k * bx + j]
          if (wanted) addRow(sums, i * moves, along, row * moves, moves)
        }
      }
    }
  }

  const packPlane = (z: number): void => {
    const planes = [z - 1, z, z + 1].filter((k) => k >= 0 && k < bz).map((k) => ring[k % 3])
    const [p, q, r] = [planes[0], planes[1 % planes.length], planes[2 % planes.length]]
    for (let i = 0; i < perPlane; i++) {
      const row = rowOf[z * perPlane + i]
      if (row < 0) continue
      const factor = STEP_PER_BYTE / planes.reduce((sum, { counts }) => sum + counts[i], 0)
      for (let m = 0, from = i * moves, to = row * moves; m < moves; m++, from++, to++) {
        const sum =
          planes.length === 3
            ? p.sums[from] + q.sums[from] + r.sums[from]
            : planes.length === 2
              ? p.sums[from] + q.sums[from]
              : p.sums[from]
        costs[to] = Math.min(65535, sum * factor)
      }
    }
  }

  for (let z = 0; z < bz; z++) {
    fillPlane(z)
    if (z > 0) packPlane(z - 1)
  }
  packPlane(bz - 1)
  return { reach, costs, rowOf }
}
