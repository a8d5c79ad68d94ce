import type { PointMm, Size3 } from '../../shared/geometry/points.js'
import { scaleAndShift, type AffineMap } from './affineMap.js'
import { fft3, goodLength, type ComplexArray } from './fft.js'
import { gridBox, perAxis, type ChannelGrid, type GridVolume } from './grid.js'
import { BODY_CHANNEL, cropToBody, tissueShares, WHOLE } from './tissueClasses.js'

/** Side of the cells that templates are placed on, in mm. */
export const PLACE_MM = 18
/** Query to template scales that are tried. */
export const SCALES = [0.8, 0.86, 0.93, 1, 1.08, 1.16, 1.25] as const
/** Bodies must overlap by this share of the smaller one. */
const LEAST_OVERLAP = 0.25
/** What a cell counts by tissue class: air and the body nothing, bone most. */
const CLASS_WEIGHTS = [0, 1, 1, 1, 1, 1.5, 2] as const
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

/** Transforms of three pairs of classes, of the energy and of the body. */
interface Spectra {
  readonly classes: readonly ComplexArray[]
  readonly energy: ComplexArray
  readonly body: ComplexArray
}

/** Pairs of classes that count; a pair travels as one complex number. */
const PAIRS = [
  [1, 2],
  [3, 4],
  [5, 6],
] as const

function emptyComplex(length: number): ComplexArray {
  return { re: new Float32Array(length), im: new Float32Array(length) }
}

/**
 * Spectra of a tissue grid. Two real volumes a, b as a + ib: the real part of the inverse of Z conj(W) is then the
 * correlation of both with their counterparts, summed. `role` says which of energy and extent is the real part.
 */
function spectraOf(tissue: ChannelGrid, fftSize: Size3, role: 'query' | 'template', spare: ComplexArray): Spectra {
  const length = fftSize[0] * fftSize[1] * fftSize[2]
  const classes = PAIRS.map(() => emptyComplex(length))
  const energy = emptyComplex(length)
  const body = emptyComplex(length)
  const [energyPart, extentPart] = role === 'query' ? [energy.re, energy.im] : [energy.im, energy.re]
  const [nx, ny, nz] = tissue.size
  for (let z = 0, from = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0, to = fftSize[0] * (y + fftSize[1] * z); x < nx; x++, to++, from += tissue.channels) {
        let sum = 0
        PAIRS.forEach(([a, b], pair) => {
          const p = tissue.data[from + a] / WHOLE
          const q = tissue.data[from + b] / WHOLE
          classes[pair].re[to] = p * Math.sqrt(CLASS_WEIGHTS[a])
          classes[pair].im[to] = q * Math.sqrt(CLASS_WEIGHTS[b])
          sum += p * p * CLASS_WEIGHTS[a] + q * q * CLASS_WEIGHTS[b]
        })
        energyPart[to] = sum
        extentPart[to] = 1
        body.re[to] = tissue.data[from + BODY_CHANNEL] / WHOLE
      }
    }
  }
  for (const volume of [...classes, energy, body]) fft3(volume, fftSize, spare)
  return { classes, energy, body }
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
export function preparePlacing(query: GridVolume, largest: Size3, scales: readonly number[] = SCALES): PlaceableQuery {
  const tissues = scales.map((scale) => cropToBody(tissueShares(query, PLACE_MM / scale)))
  const fftSize = perAxis((axis) => goodLength(Math.max(...tissues.map(({ size }) => size[axis])) + largest[axis] - 1))
  const spare = emptyComplex(fftSize[0] * fftSize[1] * fftSize[2])
  const scaled = tissues.map((tissue, i) => ({
    scale: scales[i],
    lowMm: gridBox(tissue).min,
    size: tissue.size,
    spectra: spectraOf(tissue, fftSize, 'query', spare),
    bodyCells: bodyCells(tissue),
  }))
  return { fftSize, scaled }
}

/** Adds the spectrum of a correlation, Z conj(W), to a sum. */
function addCorrelation(z: ComplexArray, w: ComplexArray, sum: ComplexArray): void {
  for (let i = 0; i < sum.re.length; i++) {
    sum.re[i] += z.re[i] * w.re[i] + z.im[i] * w.im[i]
    sum.im[i] += z.im[i] * w.re[i] - z.re[i] * w.im[i]
  }
}

/** The real part of the correlation over all shifts. */
function correlate(
  pairs: readonly (readonly [ComplexArray, ComplexArray])[],
  size: Size3,
  spare: ComplexArray,
): Float32Array {
  const sum = emptyComplex(spare.re.length)
  for (const [z, w] of pairs) addCorrelation(z, w, sum)
  fft3({ re: sum.im, im: sum.re }, size, spare)
  const { re } = sum
  for (let i = 0; i < re.length; i++) re[i] /= re.length
  return re
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
  const spare = emptyComplex(fftSize[0] * fftSize[1] * fftSize[2])
  const spectra = spectraOf(template, fftSize, 'template', spare)
  const templateBody = bodyCells(template)
  const templateLow = gridBox(template).min
  const found = query.scaled.flatMap(({ scale, lowMm, size, spectra: q, bodyCells: queryBody }) => {
    const score = correlate(
      PAIRS.map((_, i) => [q.classes[i], spectra.classes[i]] as const),
      fftSize,
      spare,
    )
    const energy = correlate([[q.energy, spectra.energy]], fftSize, spare)
    const shared = correlate([[q.body, spectra.body]], fftSize, spare)
    const smaller = Math.min(queryBody, templateBody)
    for (let i = 0; i < score.length; i++)
      score[i] = shared[i] < LEAST_OVERLAP * smaller ? -1 : score[i] / (energy[i] / 2 + 1e-3)
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
