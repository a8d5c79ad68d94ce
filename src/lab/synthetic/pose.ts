import { uniform, type Random } from '../../engine/numeric/random.js'

/** Writes into `out` where in the model patient (mm) a world point (RAS mm) lies. */
export type Pose = (x: number, y: number, z: number, out: Float64Array) => void

const DEGREE = Math.PI / 180

/** 0 below `from`, 1 above `to`, smooth between. */
function smoothStep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)))
  return t * t * (3 - 2 * t)
}

type Rotation = readonly [number, number, number, number, number, number, number, number, number]

/** Rotation matrix of small turns about x (nod), y (tilt) and z (turn), angles in radians. */
function rotation(a: { readonly pitch: number; readonly roll: number; readonly yaw: number }): Rotation {
  const [cp, sp, cr, sr, cy, sy] = [a.pitch, a.roll, a.yaw].flatMap((angle) => [Math.cos(angle), Math.sin(angle)])
  return [
    cy * cr,
    cy * sr * sp - sy * cp,
    cy * sr * cp + sy * sp,
    sy * cr,
    sy * sr * sp + cy * cp,
    sy * sr * cp - cy * sp,
    -sr,
    cr * sp,
    cr * cp,
  ]
}

/** Turns a point about (0, pivotY, pivotZ) by a part of a rotation: a blend of matrices, enough for small turns. */
function turn(p: Float64Array, pivotY: number, pivotZ: number, r: Rotation, part: number): void {
  if (part === 0) return
  const x = p[0]
  const y = p[1] - pivotY
  const z = p[2] - pivotZ
  p[0] += part * (r[0] * x + r[1] * y + r[2] * z - x)
  p[1] += part * (r[3] * x + r[4] * y + r[5] * z - y)
  p[2] += part * (r[6] * x + r[7] * y + r[8] * z - z)
}

/**
 * Draws how a patient lies in the scanner: place, size, turn of the body, nod and turn of the head on
 * the neck, length of the neck and a slow random bending. It is a map from the world to the model,
 * so it needs no inverse.
 */
export function drawPose(random: Random): Pose {
  const between = (low: number, high: number): number => uniform(random, low, high)
  const shift = [between(-12, 12), between(-15, 15), between(-15, 15)]
  const scale = between(0.93, 1.07)
  const scales = [scale * between(0.96, 1.04), scale * between(0.96, 1.04), scale * between(0.97, 1.03)]
  const body = { pitch: between(-3, 3) * DEGREE, roll: between(-2, 2) * DEGREE, yaw: between(-3, 3) * DEGREE }
  const head = { pitch: between(-8, 8) * DEGREE, roll: between(-3, 3) * DEGREE, yaw: between(-5, 5) * DEGREE }
  const neckStretch = between(0.88, 1.14)
  const waves = Array.from({ length: 6 }, () => ({
    amplitude: between(0.3, 1.1),
    phase: between(0, 2 * Math.PI),
    kx: between(-0.05, 0.05),
    ky: between(-0.05, 0.05),
    kz: between(-0.06, 0.06),
  }))

  const bodyTurn = rotation(body)
  const headTurn = rotation(head)

  return (x, y, z, out) => {
    out[0] = (x - shift[0]) / scales[0]
    out[1] = (y - shift[1]) / scales[1]
    out[2] = (z - shift[2]) / scales[2]
    turn(out, -20, -20, bodyTurn, 1)
    turn(out, -5, 30, headTurn, smoothStep(-25, 55, out[2]))
    const neck = Math.min(20, Math.max(-40, out[2]))
    const stretched = -40 + (neck + 40) / neckStretch
    const belowTop = 20 - (-40 + 60 / neckStretch)
    out[2] += stretched - neck + belowTop / 2
    for (let i = 0; i < waves.length; i++) {
      const w = waves[i]
      out[i % 3] += w.amplitude * Math.sin(w.kx * x + w.ky * y + w.kz * z + w.phase)
    }
  }
}
