import type { Size3 } from '../../protocol/geometry.js'

/** Channels of a MIND-SSC descriptor. */
export const MIND_CHANNELS = 12
/** HU outside this range is clipped: alignment sees lung, fat, soft tissue and bone edges alike. */
export const CLIP_HU = [-900, 350] as const

/** Pairs of the six neighbours (-x, +x, -y, +y, -z, +z) that touch each other: all but opposite ones. */
const PAIRS: readonly (readonly [number, number])[] = [0, 1, 2, 3, 4, 5].flatMap((i) =>
  [0, 1, 2, 3, 4, 5].filter((j) => j < i && i >> 1 !== j >> 1).map((j) => [i, j] as const),
)

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

/** For each cell the index of its neighbour along an axis, borders repeated. */
function neighbours(size: Size3, axis: 0 | 1 | 2, sign: 1 | -1): Int32Array {
  const [nx, ny, nz] = size
  const stride = [1, nx, nx * ny][axis]
  const out = new Int32Array(nx * ny * nz)
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at++) {
        const i = [x, y, z][axis] + sign
        out[at] = i < 0 || i >= size[axis] ? at : at + sign * stride
      }
    }
  }
  return out
}

/**
 * Self-similarity context descriptors (MIND-SSC; Heinrich et al., MICCAI 2013): how unlike each other the six
 * neighbours of a cell are, in patches of 3 x 3 x 3, relative to the mean of all twelve pairs there.
 * @param image grey values `[x + nx (y + ny z)]`, any unit
 * @returns twelve bytes per cell, 255 for like
 */
export function mindSsc(image: Float32Array, size: Size3): Uint8Array {
  const cells = image.length
  const around = ([0, 1, 2] as const).flatMap((axis) => [neighbours(size, axis, -1), neighbours(size, axis, 1)])
  const distances = PAIRS.map(() => new Float32Array(cells))
  const spare = new Float32Array(cells)
  PAIRS.forEach(([i, j], pair) => {
    const [a, b, d] = [around[i], around[j], distances[pair]]
    for (let at = 0; at < cells; at++) {
      const difference = image[a[at]] - image[b[at]]
      d[at] = difference * difference
    }
    sum3(d, spare, size[0], 1)
    sum3(spare, d, size[1], size[0])
    sum3(d, spare, size[2], size[0] * size[1])
    d.set(spare)
  })
  return likeBytes(distances, cells)
}

/** 255 exp(-x) for x in steps of 1 / {@link EXP_STEPS}; beyond the last it is 0. */
const EXP_STEPS = 256
const EXP_BYTES = Uint8Array.from({ length: 8 * EXP_STEPS }, (_, i) => Math.round(255 * Math.exp(-i / EXP_STEPS)))

/** Turns distances into bytes: exp(-distance / noise), where the noise is the mean of the twelve. */
function likeBytes(distances: readonly Float32Array[], cells: number): Uint8Array {
  const noise = new Float32Array(cells)
  let total = 0
  for (let at = 0; at < cells; at++) {
    let least = Infinity
    let sum = 0
    for (let c = 0; c < MIND_CHANNELS; c++) {
      const d = distances[c][at]
      sum += d
      if (d < least) least = d
    }
    noise[at] = sum / MIND_CHANNELS - least
    total += noise[at]
    for (let c = 0; c < MIND_CHANNELS; c++) distances[c][at] -= least
  }
  const floor = Math.max((total / cells) * 1e-3, 1e-12)
  const ceiling = (total / cells) * 1e3 + 1e-12
  const out = new Uint8Array(cells * MIND_CHANNELS)
  for (let at = 0, to = 0; at < cells; at++) {
    const factor = EXP_STEPS / Math.min(ceiling, Math.max(floor, noise[at]))
    for (let c = 0; c < MIND_CHANNELS; c++) {
      const i = distances[c][at] * factor
      out[to++] = i < EXP_BYTES.length ? EXP_BYTES[i | 0] : 0
    }
  }
  return out
}
