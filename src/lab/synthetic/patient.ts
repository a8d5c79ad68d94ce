import { uniform, type Random } from '../../engine/numeric/random.js'

/** What differs from one model patient to the next; lengths in mm, densities in HU. */
export interface Patient {
  readonly textureSeed: number
  /** Multiplies the thickness of the fat under the skin. */
  readonly fatness: number
  /** Multiplies the half-width of the shoulders. */
  readonly shoulderScale: number
  readonly muscleHu: number
  readonly fatHu: number
  readonly brainHu: number
  readonly brainstemHu: number
  readonly parotidHu: number
  readonly vesselHu: number
  readonly corticalHu: number
  readonly marrowHu: number
  readonly cartilageHu: number
  readonly oralAir: number
  readonly esophagusAir: boolean
  readonly couch: boolean
  /** Size factor and offset in mm of each organ, by label value. */
  readonly organs: readonly OrganJitter[]
}

/** Size factor and offset in mm of one organ. */
export interface OrganJitter {
  readonly scale: number
  readonly x: number
  readonly y: number
  readonly z: number
}

/** Draws a patient; every draw has its place in the stream, so a seed is a patient for ever. */
export function drawPatient(random: Random): Patient {
  const between = (low: number, high: number): number => uniform(random, low, high)
  const organ = (): OrganJitter => ({
    scale: between(0.92, 1.08),
    x: between(-1.5, 1.5),
    y: between(-2, 2),
    z: between(-2.5, 2.5),
  })
  return {
    textureSeed: Math.floor(between(1, 2 ** 31)),
    fatness: between(0.6, 1.5),
    shoulderScale: between(0.92, 1.06),
    muscleHu: between(48, 62),
    fatHu: between(-110, -88),
    brainHu: between(33, 39),
    brainstemHu: between(34, 42),
    parotidHu: between(5, 75),
    vesselHu: between(60, 190),
    corticalHu: between(1300, 1750),
    marrowHu: between(180, 320),
    cartilageHu: between(110, 260),
    oralAir: between(0.3, 1.2),
    esophagusAir: random() < 0.35,
    couch: random() < 0.3,
    organs: Array.from({ length: 8 }, organ),
  }
}
