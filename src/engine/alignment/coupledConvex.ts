import { COST_STEPS, type CostVolume } from './costVolume.js'
import type { DescribedQuery } from './describe.js'
import { smoothField } from './smoothField.js'

/** How strongly the best match is drawn to the smooth field in each round, in cost per squared cell (ConvexAdam). */
const COUPLINGS = [0.003, 0.01, 0.03, 0.1, 0.3, 1] as const
/** What blocks that are not seen weigh in smoothing: they follow the others. */
const UNSEEN_WEIGHT = 0.02

/** The displacement with the least cost plus distance to where the field points, written over the field. */
function chooseMoves(cost: CostVolume, base: Int16Array | null, coupling: number, field: Float32Array): void {
  const { reach, costs, rowOf } = cost
  const side = 2 * reach + 1
  const moves = side ** 3
  const pull = coupling * COST_STEPS
  const [ax, ay, az] = [new Float64Array(side), new Float64Array(side), new Float64Array(side)]
  for (let block = 0; block < rowOf.length; block++) {
    const row = rowOf[block]
    if (row < 0) continue
    const at = 3 * block
    for (let i = 0; i < side; i++) {
      ax[i] = pull * (i - reach + (base === null ? 0 : base[at]) - field[at]) ** 2
      ay[i] = pull * (i - reach + (base === null ? 0 : base[at + 1]) - field[at + 1]) ** 2
      az[i] = pull * (i - reach + (base === null ? 0 : base[at + 2]) - field[at + 2]) ** 2
    }
    let best = Infinity
    let [mx, my, mz] = [0, 0, 0]
    for (let k = 0, from = row * moves; k < side; k++) {
      for (let j = 0; j < side; j++, from += side) {
        const far = ay[j] + az[k]
        if (far >= best) continue
        for (let i = 0; i < side; i++) {
          const total = costs[from + i] + far + ax[i]
          if (total < best) {
            best = total
            ;[mx, my, mz] = [i, j, k]
          }
        }
      }
    }
    field[at] = mx - reach + (base === null ? 0 : base[at])
    field[at + 1] = my - reach + (base === null ? 0 : base[at + 1])
    field[at + 2] = mz - reach + (base === null ? 0 : base[at + 2])
  }
}

/** Smooths displacements twice; blocks that are not seen take those of their neighbours. */
function smoothSeen(query: DescribedQuery, field: Float32Array): void {
  const blocks = query.seen.length
  const weighted = new Float32Array(4 * blocks)
  const wide = new Float32Array(4 * blocks)
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < blocks; i++) {
      const weight = query.seen[i] === 1 ? 1 : UNSEEN_WEIGHT
      weighted[4 * i] = weight * field[3 * i]
      weighted[4 * i + 1] = weight * field[3 * i + 1]
      weighted[4 * i + 2] = weight * field[3 * i + 2]
      weighted[4 * i + 3] = weight
    }
    smoothField(weighted, query.size, 4, wide)
    for (let i = 0; i < blocks; i++) {
      for (let axis = 0; axis < 3; axis++) field[3 * i + axis] = weighted[4 * i + axis] / weighted[4 * i + 3]
    }
  }
}

/**
 * Smooth displacements that match a query to a template: best match and smoothness in turn, ever more coupled
 * (Heinrich et al., WBIR 2014; Siebert et al., IEEE TMI 2024).
 * @param base the middle of each block's cube, as for `costVolume`
 * @returns displacements in template cells, x, y, z of a block side by side
 */
export function coupledConvex(query: DescribedQuery, cost: CostVolume, base: Int16Array | null): Float32Array {
  const field = new Float32Array(3 * query.seen.length)
  if (base !== null) for (let i = 0; i < field.length; i++) field[i] = base[i]
  chooseMoves(cost, base, 0, field)
  smoothSeen(query, field)
  for (const coupling of COUPLINGS) {
    chooseMoves(cost, base, coupling, field)
    smoothSeen(query, field)
  }
  return field
}
