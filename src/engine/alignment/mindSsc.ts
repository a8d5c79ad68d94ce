import type { Size3 } from '../../shared/geometry/points.js'

/** Channels of a MIND-SSC descriptor. */
export const MIND_CHANNELS = 12
/** HU outside this range is clipped: alignment sees lung, fat, soft tissue and bone edges alike. */
export const CLIP_HU = [-900, 350] as const

/** The six neighbours of a cell, opposite ones side by side. */
const NEIGHBOURS: readonly Size3[] = [
  [-1, 0, 0],
  [1, 0, 0],
  [0, -1, 0],
  [0, 1, 0],
  [0, 0, -1],
  [0, 0, 1],
]
/** Pairs of neighbours that touch each other: all but opposite ones. */
const PAIRS: readonly (readonly [Size3, Size3])[] = NEIGHBOURS.flatMap((first, i) =>
  NEIGHBOURS.slice(0, i).flatMap((second, j) => (i >> 1 === j >> 1 ? [] : [[first, second] as const])),
)
/** Planes worked on at a time: what is held besides the descriptors stays small and near. */
const SLAB_PLANES = 8
/** Least noise of a patch of 27 cells, in HU^2 summed over it: 3 HU, less than any CT has. */
const LEAST_NOISE = 27 * 9

/** Sums of three neighbours along one axis, borders repeated. */
function sum3(from: Float32Array, to: Float32Array, length: number, stride: number): void {
  const block = length * stride
  for (let start = 0; start < from.length; start += block) {
    for (let i = 0; i < length; i++) {
      const at = start + i * stride
      const low = i > 0 ? at - stride : at
      const high = i + 1 < length ? at + stride : at
      for (let k = 0; k < stride; k++) to[at + k] = from[low + k] + from[at + k] + from[high + k]
    }
  }
}

/** Squared differences of two neighbours of each cell of the planes from `low` on, borders repeated. */
function squareDifferences(
  image: Float32Array,
  [nx, ny, nz]: Size3,
  [a, b]: readonly [Size3, Size3],
  low: number,
  out: Float32Array,
): void {
  const within = (i: number, n: number): number => Math.min(n - 1, Math.max(0, i))
  const planes = out.length / (nx * ny)
  const rowOf = (side: Size3, y: number, z: number): number =>
    nx * (within(y + side[1], ny) + ny * within(z + side[2], nz))
  const [ax, bx] = [a[0], b[0]]
  for (let z = 0, to = 0; z < planes; z++) {
    for (let y = 0; y < ny; y++) {
      const p = rowOf(a, y, low + z)
      const q = rowOf(b, y, low + z)
      for (let x = 0; x < nx; x++, to++) {
        const i = x + ax
        const j = x + bx
        const d = image[p + (i < 0 ? 0 : i >= nx ? nx - 1 : i)] - image[q + (j < 0 ? 0 : j >= nx ? nx - 1 : j)]
        out[to] = d * d
      }
    }
  }
}

/**
 * Self-similarity context descriptors (MIND-SSC; Heinrich et al., MICCAI 2013): how unlike each other the six
 * neighbours of a cell are, in patches of 3 x 3 x 3, relative to the mean of all twelve pairs there.
 * @param image HU `[x + nx (y + ny z)]`
 * @returns twelve bytes per cell, 255 for like
 */
export function mindSsc(image: Float32Array, size: Size3): Uint8Array {
  const [nx, ny, nz] = size
  const plane = nx * ny
  const out = new Uint8Array(image.length * MIND_CHANNELS)
  for (let first = 0; first < nz; first += SLAB_PLANES) {
    const end = Math.min(nz, first + SLAB_PLANES)
    const low = Math.max(0, first - 1)
    const planes = Math.min(nz, end + 1) - low
    const spare = new Float32Array(planes * plane)
    const distances = PAIRS.map((pair) => {
      const d = new Float32Array(planes * plane)
      squareDifferences(image, size, pair, low, d)
      sum3(d, spare, nx, 1)
      sum3(spare, d, ny, nx)
      sum3(d, spare, planes, plane)
      d.set(spare)
      return d
    })
    likeBytes(
      distances,
      (first - low) * plane,
      out.subarray(first * plane * MIND_CHANNELS, end * plane * MIND_CHANNELS),
    )
  }
  return out
}

/** 255 exp(-x) for x in steps of 1 / {@link EXP_STEPS}; beyond the last it is 0. */
const EXP_STEPS = 256
const EXP_BYTES = Uint8Array.from({ length: 8 * EXP_STEPS }, (_, i) => Math.round(255 * Math.exp(-i / EXP_STEPS)))

/**
 * Turns distances into bytes: exp(-distance / noise), where the noise is the mean of the twelve and the least distance
 * counts as none.
 * @param from the distance that the first byte belongs to
 */
function likeBytes(distances: readonly Float32Array[], from: number, out: Uint8Array): void {
  const row = new Float64Array(MIND_CHANNELS)
  for (let at = from, to = 0; to < out.length; at++) {
    let [least, sum] = [Infinity, 0]
    for (let c = 0; c < MIND_CHANNELS; c++) {
      const d = distances[c][at]
      row[c] = d
      sum += d
      if (d < least) least = d
    }
    const factor = EXP_STEPS / Math.max(LEAST_NOISE, sum / MIND_CHANNELS - least)
    for (let c = 0; c < MIND_CHANNELS; c++) {
      const i = (row[c] - least) * factor
      out[to++] = i < EXP_BYTES.length ? EXP_BYTES[i | 0] : 0
    }
  }
}
