import type { RawArray, Scaling } from '../../imageio/voxels.js'

/** What programs usually add to HU: the zero of unsigned numbers, and what puts air at 0; others are told by their peaks. */
const OFFSETS = [1024, 1000, 1023, 1025, 2000, 2048, 4096, 8192, 32768, 32767] as const
/** So many voxels tell as much as all. */
const MOST_SAMPLES = 500_000
/** Ranges of HU, both ends included: air around the patient, soft tissue, and what lies between, where little is. */
const AIR_RANGE_HU = [-1030, -970] as const
const SOFT_HU = [-20, 100] as const
const BETWEEN_HU = [-600, -200] as const
/** Offsets are tried in such steps; wider ranges of numbers than CT has, in any form, are not looked through. */
const STEP_HU = 4
const WIDEST_RANGE = 1 << 17
/** Fewer voxels make no peaks. */
const LEAST_SAMPLES = 500
/** Peaks tell an offset so well; less than the other is no offset but another scanner, or lung in place of air. */
const PEAK_ERROR_HU = 20
const LEAST_OFFSET_HU = 100
/** Below air there is nothing but what fills the outside of the picture. */
const BELOW_AIR_HU = -1100
const MOST_BELOW_SHARE = 0.005
/** The middle of muscle and organs. */
const MUSCLE_HU = 45
/** Air and soft tissue each fill at least so much of a CT. */
const LEAST_SHARE = 0.02

/**
 * What was added to the HU of a CT (or, where negative, taken off), recognised by its air and its soft tissue: both are
 * there, a thousand apart, with little between them, as in no MR or PET. Null where they lie where they belong, and where
 * nothing of the kind is seen.
 */
export function huOffsetOf(raw: RawArray, { slope, inter }: Scaling): number | null {
  const step = Math.max(1, Math.floor(raw.length / MOST_SAMPLES))
  const values = Float64Array.from(
    { length: Math.floor(raw.length / step) },
    (_, i) => Number(raw[i * step]) * slope + inter,
  ).filter(Number.isFinite)
  const lowest = values.reduce((low, value) => Math.min(low, value), Infinity)
  if (misfitOf(values, lowest, 0) !== null) return null
  const fits = OFFSETS.flatMap((offset) => {
    const misfit = misfitOf(values, lowest, offset)
    return misfit === null ? [] : [{ offset, misfit }]
  })
  const usual = fits.sort((a, b) => a.misfit - b.misfit).at(0)?.offset ?? null
  const seen = offsetOfPeaks(values, lowest)
  return usual !== null && (seen === null || Math.abs(usual - seen) <= PEAK_ERROR_HU) ? usual : seen
}

/** The offset, to 1 HU, that puts most voxels where air and soft tissue are sharpest; null when there is none. */
function offsetOfPeaks(values: Float64Array, lowest: number): number | null {
  const highest = values.reduce((high, value) => Math.max(high, value), -Infinity)
  if (values.length < LEAST_SAMPLES || !(highest - lowest <= WIDEST_RANGE)) return null
  // How many values lie below each step from the lowest on.
  const below = new Float64Array(Math.ceil((highest - lowest) / STEP_HU) + 2)
  for (const value of values) below[Math.floor((value - lowest) / STEP_HU) + 1]++
  for (let i = 1; i < below.length; i++) below[i] += below[i - 1]
  const bin = (value: number): number => Math.min(below.length - 1, Math.max(0, Math.round((value - lowest) / STEP_HU)))
  const count = ([low, high]: readonly [number, number], offset: number): number =>
    below[bin(high + offset)] - below[bin(low + offset)]
  const best = { offset: 0, score: 0 }
  for (let offset = lowest - AIR_RANGE_HU[1]; offset < highest; offset += STEP_HU) {
    const score = Math.min(count([-1016, -984], offset), 3 * count([16, 76], offset))
    if (score > best.score) Object.assign(best, { offset, score })
  }
  const { offset } = best
  const least = MOST_BELOW_SHARE * values.length
  if (misfitOf(values, lowest, offset) === null || belowAir(values, lowest, offset) > least) return null
  const air = values.filter((value) => isIn(value - offset, AIR_RANGE_HU))
  const inside = air.filter((value) => value > lowest)
  const found = Math.round(median(inside.length < LEAST_SHARE * values.length ? air : inside)) + 1000
  return Math.abs(found) < LEAST_OFFSET_HU ? null : found
}

/** How many values lie below air, the lowest of all aside. */
function belowAir(values: Float64Array, lowest: number, offset: number): number {
  return values.reduce((sum, value) => sum + (value > lowest && value < BELOW_AIR_HU + offset ? 1 : 0), 0)
}

/** How far air and soft tissue lie from where they belong, in HU, when an offset is taken off; null when it is none. */
function misfitOf(values: Float64Array, lowest: number, offset: number): number | null {
  const air: number[] = []
  const soft: number[] = []
  let between = 0
  for (const value of values) {
    const hu = value - offset
    if (isIn(hu, AIR_RANGE_HU)) air.push(hu)
    else if (isIn(hu, SOFT_HU)) soft.push(hu)
    else if (isIn(hu, BETWEEN_HU)) between++
  }
  const least = LEAST_SHARE * values.length
  if (air.length < least || soft.length < least || between > soft.length / 2) return null
  // What lies outside of the picture is often filled with one value below that of air.
  const inside = air.filter((hu) => hu + offset > lowest)
  return Math.abs(median(inside.length < least ? air : inside) + 1000) + Math.abs(median(soft) - MUSCLE_HU)
}

function isIn(hu: number, [low, high]: readonly [number, number]): boolean {
  return hu >= low && hu <= high
}

function median(values: ArrayLike<number>): number {
  return Float64Array.from(values).sort()[values.length >> 1]
}
