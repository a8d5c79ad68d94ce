import type { DescribedQuery } from './describe.js'
import type { ChannelGrid } from './grid.js'
import { MIND_CHANNELS } from './mindSsc.js'
import { smoothField } from './smoothField.js'

/** Step of Adam, in template cells (ConvexAdam). */
const RATE_CELLS = 0.6
/** What a squared difference of neighbouring displacements costs, beside descriptors in 0 to 1. */
const BEND_COST = 0.015
const [BETA_1, BETA_2, EPSILON] = [0.9, 0.999, 1e-12]

/** Adds to the gradient how the descriptor difference changes with the displacements; returns the mean difference. */
function addDifference(
  query: DescribedQuery,
  template: ChannelGrid,
  field: Float32Array,
  gradient: Float32Array,
): void {
  const [bx, by] = query.size
  const [nx, ny, nz] = template.size
  const [t, q] = [template.data, query.data]
  const [sy, sz] = [MIND_CHANNELS * nx, MIND_CHANNELS * nx * ny]
  const unit = 2 / (255 * 255)
  for (let block = 0; block < query.seen.length; block++) {
    if (query.seen[block] === 0) continue
    const px = query.low[0] + 2 * (block % bx) + field[3 * block]
    const py = query.low[1] + 2 * (Math.floor(block / bx) % by) + field[3 * block + 1]
    const pz = query.low[2] + 2 * Math.floor(block / (bx * by)) + field[3 * block + 2]
    // Beyond the template nothing pulls.
    if (px < 0 || py < 0 || pz < 0 || px >= nx - 1 || py >= ny - 1 || pz >= nz - 1) continue
    const [ix, iy, iz] = [px | 0, py | 0, pz | 0]
    const [fx, fy, fz] = [px - ix, py - iy, pz - iz]
    let p = MIND_CHANNELS * (ix + nx * (iy + ny * iz))
    let [gx, gy, gz] = [0, 0, 0]
    for (let c = 0, from = block * MIND_CHANNELS; c < MIND_CHANNELS; c++, p++, from++) {
      const a = t[p]
      const b = t[p + sy]
      const e = t[p + sz]
      const h = t[p + sy + sz]
      const ga = t[p + MIND_CHANNELS] - a
      const gb = t[p + sy + MIND_CHANNELS] - b
      const ge = t[p + sz + MIND_CHANNELS] - e
      const gh = t[p + sy + sz + MIND_CHANNELS] - h
      const ra = a + ga * fx
      const rb = b + gb * fx
      const re = e + ge * fx
      const rh = h + gh * fx
      const low = ra + (rb - ra) * fy
      const high = re + (rh - re) * fy
      const d = low + (high - low) * fz - q[from]
      const sx = ga + (gb - ga) * fy
      gx += d * (sx + (ge + (gh - ge) * fy - sx) * fz)
      gy += d * (rb - ra + (rh - re - rb + ra) * fz)
      gz += d * (high - low)
    }
    gradient[3 * block] += unit * gx
    gradient[3 * block + 1] += unit * gy
    gradient[3 * block + 2] += unit * gz
  }
}

/** Adds to the gradient how the squared differences of neighbours change with the displacements. */
function addBend(query: DescribedQuery, field: Float32Array, gradient: Float32Array): void {
  const [bx, by, bz] = query.size
  const cost = 2 * BEND_COST
  for (let z = 0, block = 0; z < bz; z++) {
    for (let y = 0; y < by; y++) {
      for (let x = 0; x < bx; x++, block++) {
        for (let axis = 0; axis < 3; axis++) {
          const stride = axis === 0 ? 1 : axis === 1 ? bx : bx * by
          if (axis === 0 ? x + 1 === bx : axis === 1 ? y + 1 === by : z + 1 === bz) continue
          for (let k = 0; k < 3; k++) {
            const pull = cost * (field[3 * (block + stride) + k] - field[3 * block + k])
            gradient[3 * block + k] -= pull
            gradient[3 * (block + stride) + k] += pull
          }
        }
      }
    }
  }
}

/**
 * Improves displacements by a few steps of Adam (Kingma and Ba, ICLR 2015) on descriptor difference plus bending, as
 * ConvexAdam does (Siebert et al., IEEE TMI 2024). The field is always seen through a smoothing of 3 x 3 x 3 blocks.
 * @returns displacements in template cells
 */
export function adamDeform(
  query: DescribedQuery,
  template: ChannelGrid,
  start: Float32Array,
  steps: number,
): Float32Array {
  const field = start.slice()
  const seen = new Float32Array(field.length)
  const spare = new Float32Array(field.length)
  const gradient = new Float32Array(field.length)
  const momentum = new Float32Array(field.length)
  const power = new Float32Array(field.length)
  for (let step = 1; step <= steps; step++) {
    seen.set(field)
    smoothField(seen, query.size, 3, spare)
    gradient.fill(0)
    addDifference(query, template, seen, gradient)
    addBend(query, seen, gradient)
    smoothField(gradient, query.size, 3, spare)
    const [c1, c2] = [1 - BETA_1 ** step, 1 - BETA_2 ** step]
    for (let i = 0; i < field.length; i++) {
      momentum[i] = BETA_1 * momentum[i] + (1 - BETA_1) * gradient[i]
      power[i] = BETA_2 * power[i] + (1 - BETA_2) * gradient[i] * gradient[i]
      field[i] -= (RATE_CELLS * (momentum[i] / c1)) / (Math.sqrt(power[i] / c2) + EPSILON)
    }
  }
  smoothField(field, query.size, 3, spare)
  return field
}
