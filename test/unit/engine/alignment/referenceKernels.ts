/** What the kernels compute, written down as plainly as possible: slow, in double precision, one number at a time. */
import type { DescribedQuery } from '../../../../src/engine/alignment/describe.js'
import type { ChannelGrid } from '../../../../src/engine/alignment/grid.js'
import type { Size3 } from '../../../../src/shared/geometry/points.js'

const CHANNELS = 12

export type At = (x: number, y: number, z: number) => number

const within = (i: number, n: number): number => Math.min(n - 1, Math.max(0, i))

/** Numbers on a grid by their place; beyond the border the outermost hold. */
export function clamped(values: ArrayLike<number>, [nx, ny, nz]: Size3): At {
  return (x, y, z) => values[within(x, nx) + nx * (within(y, ny) + ny * within(z, nz))]
}

function eachCell([nx, ny, nz]: Size3, of: (x: number, y: number, z: number, at: number) => void): void {
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) for (let x = 0; x < nx; x++, at++) of(x, y, z, at)
  }
}

/** Mean over 3 x 3 x 3 cells, borders repeated. */
export function mean27(values: Float64Array, size: Size3): Float64Array {
  const at = clamped(values, size)
  const out = new Float64Array(values.length)
  eachCell(size, (x, y, z, i) => {
    for (let k = 0; k < 27; k++)
      out[i] += at(x + (k % 3) - 1, y + (Math.floor(k / 3) % 3) - 1, z + Math.floor(k / 9) - 1) / 27
  })
  return out
}

const NEIGHBOURS = [
  [-1, 0, 0],
  [1, 0, 0],
  [0, -1, 0],
  [0, 1, 0],
  [0, 0, -1],
  [0, 0, 1],
] as const
const PAIRS = NEIGHBOURS.flatMap((a, i) =>
  NEIGHBOURS.slice(0, i).flatMap((b, j) => (i >> 1 === j >> 1 ? [] : [[a, b] as const])),
)

/** MIND-SSC of HU that are clipped already: twelve numbers of 0 to 255 per cell. */
export function mindOf(image: ArrayLike<number>, size: Size3, leastNoise: number): Float64Array {
  const value = clamped(image, size)
  const distances = PAIRS.map(([a, b]) => {
    const squares = new Float64Array(image.length)
    eachCell(size, (x, y, z, i) => {
      squares[i] = (value(x + a[0], y + a[1], z + a[2]) - value(x + b[0], y + b[1], z + b[2])) ** 2
    })
    return mean27(squares, size).map((mean) => 27 * mean)
  })
  const out = new Float64Array(image.length * CHANNELS)
  for (let i = 0; i < image.length; i++) {
    const own = distances.map((d) => d[i])
    const least = Math.min(...own)
    const noise = Math.max(leastNoise, own.reduce((a, b) => a + b) / CHANNELS - least)
    own.forEach((d, c) => (out[i * CHANNELS + c] = 255 * Math.exp(-(d - least) / noise)))
  }
  return out
}

/** Means of twelve channels over 2 x 2 x 2 cells from each `step`th on. */
export function blockMeans(fine: Float64Array, size: Size3, step: number): number[] {
  const out: number[] = []
  eachCell(size, (x, y, z) => {
    if (x % step > 0 || y % step > 0 || z % step > 0) return
    for (let c = 0; c < CHANNELS; c++) {
      let sum = 0
      for (let k = 0; k < 8; k++) {
        const [i, j, l] = [
          within(x + (k & 1), size[0]),
          within(y + ((k >> 1) & 1), size[1]),
          within(z + (k >> 2), size[2]),
        ]
        sum += fine[CHANNELS * (i + size[0] * (j + size[1] * l)) + c]
      }
      out.push(sum / 8)
    }
  })
  return out
}

/** Three displacements per block as three fields. */
function apart(field: ArrayLike<number>): Float64Array[] {
  return [0, 1, 2].map((axis) => Float64Array.from({ length: field.length / 3 }, (_, i) => field[3 * i + axis]))
}

function together(fields: readonly ArrayLike<number>[]): Float64Array {
  return Float64Array.from({ length: 3 * fields[0].length }, (_, i) => fields[i % 3][Math.floor(i / 3)])
}

/** Costs of a block's displacements in units of 1, x fastest, averaged over the seen of 3 x 3 x 3 blocks. */
function costsOf(query: DescribedQuery, template: ChannelGrid, reach: number, base: Int16Array): (number[] | null)[] {
  const cell = (block: number, x: number, y: number, z: number): number[] =>
    [x, y, z].map((i, axis) => query.low[axis] + 2 * i + base[3 * block + axis])
  const raw: (number[] | null)[] = []
  eachCell(query.size, (x, y, z, block) => {
    if (query.seen[block] === 0) return raw.push(null)
    const [cx, cy, cz] = cell(block, x, y, z)
    const own: number[] = []
    for (let k = -reach; k <= reach; k++) {
      for (let j = -reach; j <= reach; j++) {
        for (let i = -reach; i <= reach; i++) {
          const [nx, ny, nz] = template.size
          const at = CHANNELS * (within(cx + i, nx) + nx * (within(cy + j, ny) + ny * within(cz + k, nz)))
          let sum = 0
          for (let c = 0; c < CHANNELS; c++) sum += (template.data[at + c] - query.data[CHANNELS * block + c]) ** 2
          own.push(sum / 255 ** 2)
        }
      }
    }
    return raw.push(own)
  })
  const [bx, by, bz] = query.size
  const out: (number[] | null)[] = []
  eachCell(query.size, (x, y, z, block) => {
    const own = raw[block]
    if (own === null) return out.push(null)
    const near: number[][] = []
    for (let k = 0; k < 27; k++) {
      const [i, j, l] = [x + (k % 3) - 1, y + (Math.floor(k / 3) % 3) - 1, z + Math.floor(k / 9) - 1]
      if (i < 0 || j < 0 || l < 0 || i >= bx || j >= by || l >= bz) continue
      const beside = raw[i + bx * (j + by * l)]
      if (beside !== null) near.push(beside)
    }
    return out.push(own.map((_, m) => near.reduce((sum, costs) => sum + costs[m], 0) / near.length))
  })
  return out
}

/** The smoothed field; blocks that are not seen weigh little. */
function smoothSeen(query: DescribedQuery, field: Float64Array): Float64Array {
  const weights = Float64Array.from(query.seen, (seen) => (seen === 1 ? 1 : 0.02))
  let fields = apart(field)
  for (let round = 0; round < 2; round++) {
    const below = mean27(weights, query.size)
    fields = fields.map((one) =>
      mean27(
        one.map((value, i) => value * weights[i]),
        query.size,
      ).map((value, i) => value / below[i]),
    )
  }
  return together(fields)
}

/** Coupled convex displacements. */
export function matchedBlocks(
  query: DescribedQuery,
  template: ChannelGrid,
  reach: number,
  base: Int16Array,
  couplings: readonly number[],
): Float64Array {
  const costs = costsOf(query, template, reach, base)
  const side = 2 * reach + 1
  let field: Float64Array = Float64Array.from(base)
  for (const coupling of [0, ...couplings]) {
    const next = field.slice()
    costs.forEach((own, block) => {
      if (own === null) return
      const moveOf = (m: number): number[] =>
        [m % side, Math.floor(m / side) % side, Math.floor(m / side ** 2)].map(
          (i, axis) => i - reach + base[3 * block + axis],
        )
      const totals = own.map(
        (cost, m) =>
          cost + coupling * moveOf(m).reduce((sum, move, axis) => sum + (move - field[3 * block + axis]) ** 2, 0),
      )
      next.set(moveOf(totals.indexOf(Math.min(...totals))), 3 * block)
    })
    field = smoothSeen(query, next)
  }
  return field
}

/** Steps of Adam on the cost of {@link deformCost}, whose gradient is taken by differences. */
export function descended(
  query: DescribedQuery,
  template: ChannelGrid,
  start: Float32Array,
  steps: number,
): Float64Array {
  const smooth = (field: Float64Array): Float64Array => together(apart(field).map((one) => mean27(one, query.size)))
  const field = Float64Array.from(start)
  const [momentum, power] = [new Float64Array(field.length), new Float64Array(field.length)]
  for (let step = 1; step <= steps; step++) {
    const seen = smooth(field)
    const h = 1e-5
    const gradient = seen.map((value, i) => {
      const moved = (to: number): number => deformCost(query, template, seen.with(i, to))
      return (moved(value + h) - moved(value - h)) / (2 * h)
    })
    smooth(gradient).forEach((g, i) => {
      momentum[i] = 0.9 * momentum[i] + 0.1 * g
      power[i] = 0.999 * power[i] + 0.001 * g * g
      field[i] -= (0.6 * momentum[i]) / (1 - 0.9 ** step) / (Math.sqrt(power[i] / (1 - 0.999 ** step)) + 1e-12)
    })
  }
  return smooth(field)
}

/** Squared difference of descriptors, trilinear in the template, and 0.015 times squared differences of neighbours. */
function deformCost(query: DescribedQuery, template: ChannelGrid, field: Float64Array): number {
  const [bx, by, bz] = query.size
  let cost = 0
  eachCell(query.size, (x, y, z, block) => {
    const own = [0, 1, 2].map((axis) => field[3 * block + axis])
    const beside = [x + 1 < bx ? block + 1 : -1, y + 1 < by ? block + bx : -1, z + 1 < bz ? block + bx * by : -1]
    for (const other of beside.filter((each) => each >= 0))
      cost += 0.015 * own.reduce((sum, value, axis) => sum + (value - field[3 * other + axis]) ** 2, 0)
    const p = [x, y, z].map((i, axis) => query.low[axis] + 2 * i + own[axis])
    if (query.seen[block] === 0 || p.some((at, axis) => at < 0 || at >= template.size[axis] - 1)) return
    const low = p.map(Math.floor)
    for (let c = 0; c < CHANNELS; c++) {
      let value = 0
      for (let k = 0; k < 8; k++) {
        const corner = [k & 1, (k >> 1) & 1, k >> 2]
        const weight = corner.reduce(
          (product, bit, axis) => product * (bit ? p[axis] - low[axis] : 1 - p[axis] + low[axis]),
          1,
        )
        const [i, j, l] = corner.map((bit, axis) => low[axis] + bit)
        value += weight * template.data[CHANNELS * (i + template.size[0] * (j + template.size[1] * l)) + c]
      }
      cost += ((value - query.data[CHANNELS * block + c]) / 255) ** 2
    }
  })
  return cost
}
