import { ellipseRadius, profile, type Shape } from './shapes.js'
import type { Patient } from './patient.js'

/** Middle of the spinal canal by height: z, y. */
const CANAL = [
  [-175, -86],
  [-140, -73],
  [-110, -62],
  [-89, -52],
  [-50, -34],
  [-20, -20],
  [0, -12],
  [20, -6],
  [40, -2],
  [64, 0],
] as const

/** y in mm of the middle of the spinal canal at height z. */
const canalY = profile(CANAL, 1)

/** How many vertebrae the height z is above the first of the table, and their length there. */
function level(z: number): number {
  return z > -45 ? (z + 45) / 16.5 : (z + 45) / 21
}

/** The spinal cord (label 2), from where the oesophagus ends below to the brainstem above. */
export function cordShape(patient: Patient): Shape {
  const jitter = patient.organs[2]
  const [bottom, top] = [-102 + jitter.z, 63]
  const [rx, ry] = [7.3 * jitter.scale, 6.4 * jitter.scale]
  return {
    bounds: [-9, 9, canalY(bottom) - 9, 9, bottom, top],
    label: 2,
    huAt: (x, y, z) => (ellipseRadius(x, y - canalY(z), rx, ry) < 1 ? 42 : Number.NaN),
  }
}

/** Vertebrae from C1 downward with discs, arches, spinous and transverse processes, and what fills the canal. */
export function spineShape(patient: Patient): Shape {
  const [canalX, canalHalf] = [10.5, 8.5]
  return {
    bounds: [-45, 45, -140, 40, -175, 66],
    label: 0,
    huAt: (x, y, z) => {
      const chest = Math.min(1, Math.max(0, (-z - 30) / 60))
      const canal = canalY(z)
      const dy = y - canal
      if (ellipseRadius(x, dy, canalX, canalHalf) < 1) return z < -104 ? 35 : 16
      const phase = level(z) - Math.floor(level(z))
      const bodyX = 12 + 4 * chest
      const bodyHalf = 8.5 + 5 * chest
      const bodyY = dy - canalHalf - bodyHalf - 1
      const waist = 1 - 0.1 * Math.sin(Math.PI * phase)
      const body = ellipseRadius(x, bodyY, bodyX * waist, bodyHalf * waist)
      if (body < 1) {
        if (phase < 0.2) return 85
        return body > 0.8 || phase < 0.3 || phase > 0.92 ? 0.45 * patient.corticalHu : patient.marrowHu
      }
      const ring = ellipseRadius(x, dy, canalX + 5, canalHalf + 5)
      if (dy < 4 && ring < 1 && phase > 0.25) return 0.4 * patient.corticalHu
      const spinousMm = 22 + 14 * chest
      const behind = -dy - canalHalf
      const spinousPhase = level(z + 0.35 * behind) - Math.floor(level(z + 0.35 * behind))
      if (Math.abs(x) < 3.5 && behind > 0 && behind < spinousMm && spinousPhase > 0.35 && spinousPhase < 0.85)
        return 420
      const across = Math.abs(x)
      if (across > 8 && across < 25 + 10 * chest && Math.abs(dy - 6 + 12 * chest) < 5 && phase > 0.35 && phase < 0.85)
        return 380
      return Number.NaN
    },
  }
}
