import { mapAxes } from '../../shared/geometry/vector.js'
import { correlate, type SimilarityMaps } from './correlate.js'
import { salVoxel, type SalVoxel } from './salFrame.js'
import { featureOutputs } from './model.js'
import type { ScanEmbedding } from './scanEmbedding.js'

/** Similarity to several templates on a cubic lattice of whole steps around a centre. */
export interface SimilarityWindow {
  /** One map per template, `map[(z * side + y) * side + x]`, mean over the feature scales. */
  readonly maps: readonly Float32Array[]
  /** Lattice points per axis; odd, so that the middle one is the centre. */
  readonly side: number
  readonly stepVoxels: number
  readonly centreVoxel: SalVoxel
}

/**
 * Multi-scale similarity around a place: per template the mean over scales of the descriptor
 * similarity, all scales brought to one lattice by exact trilinear interpolation
 * (docs/method.md, sections 5 and 12).
 *
 * @param descriptors per template one kernel per scale
 * @returns null when no scale reaches the window
 */
export async function similarityWindow(
  embedding: ScanEmbedding,
  centreVoxel: SalVoxel,
  descriptors: readonly (readonly Float32Array[])[],
  radiusVoxels: number,
  stepVoxels: number,
): Promise<SimilarityWindow | null> {
  const { model } = embedding
  const scales = featureOutputs(model.card)
  const featureMaps = await embedding.featuresAround(centreVoxel, radiusVoxels)
  const half = Math.floor(radiusVoxels / stepVoxels)
  const side = 2 * half + 1
  const maps = descriptors.map(() => new Float32Array(side ** 3))
  let used = 0
  for (const [scale, featureMap] of featureMaps.entries()) {
    const kernels = { weights: descriptors.map((perScale) => perScale[scale]), side: scales[scale].kernelSide }
    const similarity = await correlate(model.correlate, featureMap, kernels, centreVoxel, radiusVoxels)
    if (similarity === null) continue
    addResampled(maps, similarity, centreVoxel, half, stepVoxels)
    used++
  }
  if (used === 0) return null
  for (const map of maps) for (let i = 0; i < map.length; i++) map[i] /= used
  return { maps, side, stepVoxels, centreVoxel }
}

/**
 * Adds maps, resampled to the window's lattice by cubic convolution (Keys 1981), since linear
 * interpolation would pull every peak of a coarse scale onto one of its cells. Beyond a map's
 * border its border value counts.
 */
function addResampled(
  sums: readonly Float32Array[],
  source: SimilarityMaps,
  centre: SalVoxel,
  half: number,
  step: number,
): void {
  const side = 2 * half + 1
  const taps = ([0, 1, 2] as const).map((axis) =>
    cubicTaps(
      side,
      source.size[axis],
      (i) => (centre[axis] + (i - half) * step - source.originVoxel[axis]) / source.strideVoxels,
    ),
  )
  const [d, h, w] = source.size
  sums.forEach((sum, n) => {
    // One axis after the other: [d][h][w] -> [d][h][side] -> [d][side][side] -> [side][side][side].
    const rows = resampleAxis(source.maps[n], [d * h, w, 1], taps[2])
    const planes = resampleAxis(rows, [d, h, side], taps[1])
    const cube = resampleAxis(planes, [1, d, side * side], taps[0])
    for (let i = 0; i < cube.length; i++) sum[i] += cube[i]
  })
}

/** Four cells and their weights per lattice point. */
interface Taps {
  readonly count: number
  readonly index: Int32Array
  readonly weight: Float64Array
}

function cubicTaps(count: number, length: number, position: (i: number) => number): Taps {
  const index = new Int32Array(4 * count)
  const weight = new Float64Array(4 * count)
  for (let i = 0; i < count; i++) {
    const at = Math.min(Math.max(position(i), 0), length - 1)
    const low = Math.floor(at)
    const t = at - low
    const weights = [
      (((-t + 2) * t - 1) * t) / 2,
      ((3 * t - 5) * t * t + 2) / 2,
      (((-3 * t + 4) * t + 1) * t) / 2,
      ((t - 1) * t * t) / 2,
    ]
    for (let tap = 0; tap < 4; tap++) {
      index[4 * i + tap] = Math.min(Math.max(low - 1 + tap, 0), length - 1)
      weight[4 * i + tap] = weights[tap]
    }
  }
  return { count, index, weight }
}

/** Resamples the middle axis of an array seen as [outer][length][inner]. */
function resampleAxis(
  data: Float32Array,
  [outer, length, inner]: readonly [number, number, number],
  { count, index, weight }: Taps,
): Float32Array {
  const out = new Float32Array(outer * count * inner)
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      const to = (o * count + i) * inner
      for (let tap = 4 * i; tap < 4 * i + 4; tap++) {
        const w = weight[tap]
        if (w === 0) continue
        const from = (o * length + index[tap]) * inner
        for (let k = 0; k < inner; k++) out[to + k] += w * data[from + k]
      }
    }
  }
  return out
}

/** A peak of a map: fractional voxel position and the value there. */
export interface Peak {
  readonly voxel: SalVoxel
  readonly value: number
}

/**
 * Highest place of a map after a Gaussian distance prior, refined below the lattice step by a
 * parabola per axis.
 * @param priorCentre where the prior is centred, in voxels
 * @param priorSigmaVoxels Infinity for no prior
 * @param priorWeight similarity lost at one sigma from the centre (times one half)
 */
export function findPeak(
  map: Float32Array,
  window: Omit<SimilarityWindow, 'maps'>,
  priorCentre: SalVoxel,
  priorSigmaVoxels: number,
  priorWeight: number,
): Peak {
  const { side, stepVoxels, centreVoxel } = window
  const half = (side - 1) / 2
  const penalty = ([0, 1, 2] as const).map((axis) =>
    Float64Array.from({ length: side }, (_, i) => {
      const d = centreVoxel[axis] + (i - half) * stepVoxels - priorCentre[axis]
      return Number.isFinite(priorSigmaVoxels) ? (0.5 * priorWeight * d * d) / (priorSigmaVoxels * priorSigmaVoxels) : 0
    }),
  )
  const scored = (z: number, y: number, x: number): number =>
    map[(z * side + y) * side + x] - penalty[0][z] - penalty[1][y] - penalty[2][x]
  let best: readonly [number, number, number] = [half, half, half]
  let bestScore = -Infinity
  for (let z = 0; z < side; z++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const score = scored(z, y, x)
        if (score > bestScore) {
          bestScore = score
          best = [z, y, x]
        }
      }
    }
  }
  const [bz, by, bx] = best
  const vertex = (at: number, f: (i: number) => number): number => {
    if (at === 0 || at === side - 1) return at
    const [a, b, c] = [f(at - 1), f(at), f(at + 1)]
    const curve = a - 2 * b + c
    return curve < -1e-12 ? at + Math.min(Math.max((a - c) / (2 * curve), -0.5), 0.5) : at
  }
  const index = [
    vertex(bz, (i) => scored(i, by, bx)),
    vertex(by, (i) => scored(bz, i, bx)),
    vertex(bx, (i) => scored(bz, by, i)),
  ] as const
  return {
    voxel: salVoxel(...mapAxes((axis) => centreVoxel[axis] + (index[axis] - half) * stepVoxels)),
    value: map[(bz * side + by) * side + bx],
  }
}
