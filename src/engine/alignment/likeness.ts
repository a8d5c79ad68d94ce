import { addDisplacement, type Deformation } from './deformation.js'
import type { DescribedQuery } from './describe.js'
import type { ChannelGrid } from './grid.js'
import { MIND_CHANNELS } from './mindSsc.js'
import { BODY_CHANNEL, WHOLE } from './tissueClasses.js'

/** The share of equal tissue over the covered body of a query. */
export function tissueLikeness(
  query: ChannelGrid,
  template: ChannelGrid,
  deformation: Deformation,
): { readonly covered: number; readonly same: number } {
  const { map: m } = deformation
  const [nx, ny, nz] = query.size
  const [tx, ty, tz] = template.size
  const point = new Float64Array(3)
  let [body, covered, same] = [0, 0, 0]
  const C = query.channels
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at += C) {
        const weight = query.data[at + BODY_CHANNEL] / WHOLE
        if (weight === 0) continue
        body += weight
        const [px, py, pz] = [
          query.originMm[0] + x * query.spacingMm,
          query.originMm[1] + y * query.spacingMm,
          query.originMm[2] + z * query.spacingMm,
        ]
        point[0] = m[0] * px + m[1] * py + m[2] * pz + m[3]
        point[1] = m[4] * px + m[5] * py + m[6] * pz + m[7]
        point[2] = m[8] * px + m[9] * py + m[10] * pz + m[11]
        addDisplacement(deformation, point)
        const i = (point[0] - template.originMm[0]) / template.spacingMm
        const j = (point[1] - template.originMm[1]) / template.spacingMm
        const k = (point[2] - template.originMm[2]) / template.spacingMm
        if (k < -0.5 || k > tz - 0.5) continue
        covered += weight
        if (i < -0.5 || j < -0.5 || i > tx - 0.5 || j > ty - 0.5) continue
        let shared = 0
        for (let c = 0; c < BODY_CHANNEL; c++) shared += Math.min(query.data[at + c], interpolate(template, i, j, k, c))
        same += (weight * shared) / WHOLE
      }
    }
  }
  return { covered: covered / Math.max(1e-6, body), same: same / Math.max(1e-6, covered) }
}

function interpolate({ size, data, channels }: ChannelGrid, i: number, j: number, k: number, c: number): number {
  const low = (v: number, n: number): number => Math.min(Math.max(0, n - 2), Math.max(0, Math.floor(v)))
  const [x, y, z] = [low(i, size[0]), low(j, size[1]), low(k, size[2])]
  const part = (v: number, l: number): number => Math.min(1, Math.max(0, v - l))
  const [fx, fy, fz] = [part(i, x), part(j, y), part(k, z)]
  let sum = 0
  for (let corner = 0; corner < 8; corner++) {
    const [dx, dy, dz] = [corner & 1, (corner >> 1) & 1, corner >> 2]
    const w = (dx ? fx : 1 - fx) * (dy ? fy : 1 - fy) * (dz ? fz : 1 - fz)
    if (w > 0) sum += w * data[channels * (x + dx + size[0] * (y + dy + size[1] * (z + dz))) + c]
  }
  return sum
}

/** What edge likeness is measured on. */
export interface Matched {
  readonly described: DescribedQuery
  /** Displacements in cells of the template's descriptors. */
  readonly field: Float32Array
}

/** Correlation of descriptors, and the part of the blocks that lie in the template. */
export interface EdgeLikeness {
  /** -1 to 1; about 0.8 for the same region of another patient, under 0.7 for another region. */
  readonly correlation: number
  readonly covered: number
  /** Blocks compared. */
  readonly blocks: number
}

/** Fewer blocks than this are too few to be compared. */
const LEAST_BLOCKS = 8

/**
 * How alike the descriptors of a query and of a template are where they lie on each other: their correlation, channel
 * by channel, over the seen blocks that lie in the template.
 * @param where 1 for the blocks to compare; all when left out
 */
export function edgeLikeness(
  { described: query, field }: Matched,
  template: ChannelGrid,
  where: Uint8Array | null = null,
): EdgeLikeness {
  const [bx, by] = query.size
  const sums = new Float64Array(5 * MIND_CHANNELS)
  let [count, seen] = [0, 0]
  const [nx, ny, nz] = template.size
  for (let block = 0; block < query.seen.length; block++) {
    if (query.seen[block] === 0 || (where !== null && where[block] === 0)) continue
    seen++
    const x = Math.round(query.low[0] + 2 * (block % bx) + field[3 * block])
    const y = Math.round(query.low[1] + 2 * (Math.floor(block / bx) % by) + field[3 * block + 1])
    const z = Math.round(query.low[2] + 2 * Math.floor(block / (bx * by)) + field[3 * block + 2])
    if (x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz) continue
    count++
    const from = MIND_CHANNELS * (x + nx * (y + ny * z))
    for (let c = 0; c < MIND_CHANNELS; c++) {
      const q = query.data[block * MIND_CHANNELS + c]
      const t = template.data[from + c]
      sums[5 * c] += q
      sums[5 * c + 1] += t
      sums[5 * c + 2] += q * q
      sums[5 * c + 3] += t * t
      sums[5 * c + 4] += q * t
    }
  }
  if (count < LEAST_BLOCKS) return { correlation: 0, covered: 0, blocks: count }
  let [shared, alone] = [0, 0]
  for (let c = 0; c < MIND_CHANNELS; c++) {
    const [q, t, qq, tt, qt] = sums.subarray(5 * c, 5 * c + 5)
    shared += qt - (q * t) / count
    alone += Math.sqrt(Math.max(1e-9, (qq - (q * q) / count) * (tt - (t * t) / count)))
  }
  return { correlation: shared / alone, covered: count / seen, blocks: count }
}
