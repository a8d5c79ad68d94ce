import type { PointMm, Size3 } from '../../shared/geometry/points.js'
import { scaleAndShift, type AffineMap } from './affineMap.js'
import { gridBox, perAxis, type ChannelGrid } from './grid.js'
import { openKernels } from './kernels.js'
import { BODY_CHANNEL, cropToBody, tissueShares, type TissueCodes, WHOLE } from './tissueClasses.js'

/** Side of the cells that templates are placed on, in mm. */
export const PLACE_MM = 18
/** Query to template scales that are tried. */
export const SCALES = [0.8, 0.86, 0.93, 1, 1.08, 1.16, 1.25] as const
/** Bodies must overlap by this share of the smaller one. */
const LEAST_OVERLAP = 0.25
/** What a cell counts by tissue class: air and the body nothing, bone most. */
const CLASS_WEIGHTS = [0, 1, 1, 1, 1, 1.5, 2] as const
/** Their square roots, from the first class that counts. */
const CLASS_ROOTS = CLASS_WEIGHTS.slice(1).map(Math.sqrt)
/** Places nearer than this many cells to a better one of a similar scale are the same place. */
const SAME_PLACE_CELLS = 3

/** One way to lay a template over a query. */
export interface Place {
  /** Query mm to template mm. */
  readonly map: AffineMap
  readonly scale: number
  /** Normalised correlation of tissue classes in the overlap, 0 to 1. */
  readonly score: number
  /** Shared body as a share of the smaller body. */
  readonly overlap: number
}

interface ScaledQuery {
  readonly lowMm: PointMm
  readonly scale: number
  readonly size: Size3
  readonly spectra: Spectra
  readonly bodyCells: number
}

/** A query ready to have templates placed on it. */
export interface PlaceableQuery {
  /** Lengths of the transforms. */
  readonly fftSize: Size3
  readonly scaled: readonly ScaledQuery[]
}

/** Transforms of three pairs of classes, of the energy and of the body: five complex volumes, re before im. */
type Spectra = Float32Array

/** Classes that count; two travel as one complex number. */
const PARTS = CLASS_ROOTS.length
/** Complex volumes: pairs of classes, the energy with the extent, the body. */
const VOLUMES = PARTS / 2 + 2

/** The smallest product of twos and threes that is at least `n` and a multiple of `of`: lengths that kernels can transform. */
export function goodLength(n: number, of: 1 | 4 = 1): number {
  let best = Infinity
  for (let threes = of; threes < 3 * n; threes *= 3) {
    let length = threes
    while (length < n) length *= 2
    best = Math.min(best, length)
  }
  return best
}

/**
 * Spectra of a tissue grid. Two real volumes a, b as a + ib: the real part of the inverse of Z conj(W) is then the
 * correlation of both with their counterparts, summed. `role` says which of energy and extent is the real part.
 */
function spectraOf(tissue: ChannelGrid, fftSize: Size3, role: 'query' | 'template'): Spectra {
  const length = fftSize[0] * fftSize[1] * fftSize[2]
  const volumes = new Float32Array(2 * VOLUMES * length)
  const parts = Array.from({ length: 2 * VOLUMES }, (_, i) => volumes.subarray(i * length, (i + 1) * length))
  const [energyRe, energyIm, body] = parts.slice(PARTS)
  const [energyPart, extentPart] = role === 'query' ? [energyRe, energyIm] : [energyIm, energyRe]
  const [nx, ny, nz] = tissue.size
  for (let z = 0, from = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0, to = fftSize[0] * (y + fftSize[1] * z); x < nx; x++, to++, from += tissue.channels) {
        let sum = 0
        for (let part = 0; part < PARTS; part++) {
          const value = (tissue.data[from + 1 + part] / WHOLE) * CLASS_ROOTS[part]
          parts[part][to] = value
          sum += value * value
        }
        energyPart[to] = sum
        extentPart[to] = 1
        body[to] = tissue.data[from + BODY_CHANNEL] / WHOLE
      }
    }
  }
  const kernels = openKernels()
  const at = kernels.put(volumes)
  kernels.call('transform', at, VOLUMES, ...fftSize)
  return kernels.floatsAt(at, volumes.length)
}

function bodyCells(tissue: ChannelGrid): number {
  let sum = 0
  for (let at = BODY_CHANNEL; at < tissue.data.length; at += tissue.channels) sum += tissue.data[at]
  return sum / WHOLE
}

/**
 * Transforms a query at all scales, once for all templates.
 * @param largest the largest size of the templates' tissue grids along each axis
 */
export function preparePlacing(query: TissueCodes, largest: Size3, scales: readonly number[] = SCALES): PlaceableQuery {
  const tissues = scales.map((scale) => cropToBody(tissueShares(query, PLACE_MM / scale)))
  const fftSize = perAxis((axis) =>
    goodLength(Math.max(...tissues.map(({ size }) => size[axis])) + largest[axis] - 1, axis === 0 ? 4 : 1),
  )
  const scaled = tissues.map((tissue, i) => ({
    scale: scales[i],
    lowMm: gridBox(tissue).min,
    size: tissue.size,
    spectra: spectraOf(tissue, fftSize, 'query'),
    bodyCells: bodyCells(tissue),
  }))
  return { fftSize, scaled }
}

/** How alike tissues are over all shifts, and how many cells of body they share there. */
function scoreShifts(
  [query, template]: readonly [Spectra, Spectra],
  fftSize: Size3,
  leastShared: number,
): { readonly score: Float32Array; readonly shared: Float32Array } {
  const kernels = openKernels()
  const length = fftSize[0] * fftSize[1] * fftSize[2]
  const [score, shared] = [kernels.room(4 * length), kernels.room(4 * length)]
  kernels.call('scoreShifts', kernels.put(query), kernels.put(template), ...fftSize, leastShared, score, shared)
  return { score: kernels.floatsAt(score, length), shared: kernels.floatsAt(shared, length) }
}

interface PlacePeak {
  readonly shift: PointMm
  readonly score: number
  readonly overlap: number
}

/** The best shifts of one scale that lie apart from each other. */
function peaksOf(
  score: Float32Array,
  overlap: Float32Array,
  sizes: { readonly query: Size3; readonly fft: Size3 },
  count: number,
): PlacePeak[] {
  const [fx, fy, fz] = sizes.fft
  const signed = (i: number, axis: 0 | 1 | 2): number => (i < sizes.query[axis] ? i : i - sizes.fft[axis])
  const best: PlacePeak[] = []
  const isHigher = (at: number, other: number): boolean => score[at] >= score[other]
  for (let z = 0, at = 0; z < fz; z++) {
    for (let y = 0; y < fy; y++) {
      for (let x = 0; x < fx; x++, at++) {
        if (score[at] <= (best.length < count ? 0 : best[count - 1].score)) continue
        const near = [
          x > 0 ? at - 1 : at,
          x + 1 < fx ? at + 1 : at,
          y > 0 ? at - fx : at,
          y + 1 < fy ? at + fx : at,
          z > 0 ? at - fx * fy : at,
          z + 1 < fz ? at + fx * fy : at,
        ]
        if (!near.every((other) => isHigher(at, other))) continue
        best.push({ shift: [signed(x, 0), signed(y, 1), signed(z, 2)], score: score[at], overlap: overlap[at] })
        best.sort((a, b) => b.score - a.score)
        best.length = Math.min(best.length, count)
      }
    }
  }
  return best
}

/**
 * Lays a template over a query: scale and shift by correlation of tissue classes, divided by half the energy of both
 * where they overlap.
 * @param template tissue grid of cells of {@link PLACE_MM}
 * @returns the best places that differ, best first
 */
export function placeTemplate(query: PlaceableQuery, template: ChannelGrid, count: number): Place[] {
  const { fftSize } = query
  const spectra = spectraOf(template, fftSize, 'template')
  const templateBody = bodyCells(template)
  const templateLow = gridBox(template).min
  const found = query.scaled.flatMap(({ scale, lowMm, size, spectra: q, bodyCells: queryBody }) => {
    const smaller = Math.min(queryBody, templateBody)
    const { score, shared } = scoreShifts([q, spectra], fftSize, LEAST_OVERLAP * smaller)
    return peaksOf(score, shared, { query: size, fft: fftSize }, count).map((peak) => ({
      ...peak,
      scale,
      lowMm,
      overlap: peak.overlap / smaller,
    }))
  })
  found.sort((a, b) => b.score - a.score)
  const apart: typeof found = []
  for (const peak of found) {
    const same = (other: (typeof found)[number]): boolean =>
      Math.max(...peak.shift.map((s, axis) => Math.abs(s / peak.scale - other.shift[axis] / other.scale))) <
        SAME_PLACE_CELLS && Math.abs(peak.scale / other.scale - 1) < 0.1
    if (!apart.some(same)) apart.push(peak)
    if (apart.length === count) break
  }
  return apart.map(({ shift, scale, lowMm, score, overlap }) => {
    const move = perAxis((axis) => templateLow[axis] - shift[axis] * PLACE_MM - lowMm[axis] * scale)
    return { map: scaleAndShift(scale, move), scale, score, overlap }
  })
}
