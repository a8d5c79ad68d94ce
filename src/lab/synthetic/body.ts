import { smoothNoise } from './noise.js'
import type { Patient } from './patient.js'
import { ellipsoidRadius, profile, type HuField } from './shapes.js'

/** Outline by height: z, half-width, back y, front y, y of the greatest width, exponent of the back, of the front, fat in mm. */
const OUTLINE = [
  [-170, 250, -128, 100, -35, 2.9, 2.9, 14],
  [-140, 245, -126, 92, -38, 2.8, 2.7, 14],
  [-120, 232, -122, 80, -42, 2.7, 2.5, 13],
  [-100, 221, -120, 64, -46, 2.6, 2.3, 12],
  [-80, 210, -116, 52, -50, 2.5, 2.1, 11],
  [-62, 196, -106, 40, -48, 2.3, 1.9, 9],
  [-48, 172, -96, 35, -46, 2.1, 1.8, 8],
  [-36, 126, -89, 35, -42, 2, 1.8, 7],
  [-24, 92, -80, 39, -34, 2, 1.9, 6],
  [-12, 74, -72, 43, -25, 2, 2, 5],
  [2, 67, -65, 62, -12, 2.1, 1.9, 5],
  [14, 67, -59, 103, -4, 2.2, 1.7, 4.5],
  [36, 70, -58, 114, 6, 2.2, 1.9, 4],
  [58, 75, -62, 117, 12, 2.2, 2.1, 3.5],
  [78, 78, -72, 117, 15, 2.1, 2.2, 3],
  [100, 79, -80, 115, 15, 2.1, 2.2, 3],
  [120, 79, -84, 112, 14, 2.1, 2.1, 3],
  [140, 76, -80, 106, 13, 2.1, 2.1, 3],
  [160, 66, -66, 92, 13, 2.1, 2.1, 3],
  [176, 50, -46, 72, 13, 2, 2, 3],
  [188, 28, -20, 44, 13, 2, 2, 3],
  [196, 1, 11, 15, 13, 2, 2, 3],
] as const

/** The outline table of one patient: shoulders and fat scaled. */
function outlineOf(patient: Patient): readonly (readonly number[])[] {
  return OUTLINE.map((row) => {
    const shoulder = row[0] < -36 ? patient.shoulderScale : 1
    const extra = (patient.fatness - 1) * row[7]
    return [
      row[0],
      row[1] * shoulder + extra,
      row[2] - extra,
      row[3] + extra,
      row[4],
      row[5],
      row[6],
      row[7] * patient.fatness,
    ]
  })
}

/** The body without its organs. */
export interface Body {
  /** Depth under the skin in mm; 0 or less outside. */
  readonly depthMm: HuField
  /** Skin, fat or muscle, with fat between the muscles, at a point of known depth. */
  readonly tissue: (x: number, y: number, z: number, depthMm: number) => number
  /** Air, nose and ears, and for some patients a couch. */
  readonly outside: HuField
}

/** The body of one patient. */
export function bodyOf(patient: Patient): Body {
  const outline = outlineOf(patient)
  const seed = patient.textureSeed
  const top = outline[outline.length - 1][0]
  const [halfWidthAt, backAt, frontAt, middleAt] = [
    profile(outline, 1),
    profile(outline, 2),
    profile(outline, 3),
    profile(outline, 4),
  ]
  const [backPower, frontPower, fatAt] = [profile(outline, 5), profile(outline, 6), profile(outline, 7)]
  const couchY = outline[0][2] - 4
  const appendages = [
    { c: [0, 120, 84], r: [10, 17, 17] },
    { c: [78, -2, 84], r: [8, 14, 27] },
    { c: [-78, -2, 84], r: [8, 14, 27] },
  ] as const
  return {
    depthMm: (x, y, z) => {
      if (z >= top) return 0
      const halfWidth = halfWidthAt(z)
      const middle = middleAt(z)
      const isFront = y > middle
      const depthY = isFront ? frontAt(z) - middle : middle - backAt(z)
      const u = Math.abs(x) / halfWidth
      const v = Math.abs(y - middle) / depthY
      if (u >= 1 || v >= 1) return 0
      const power = isFront ? frontPower(z) : backPower(z)
      return (1 - (u ** power + v ** power) ** (1 / power)) * Math.min(halfWidth, depthY)
    },
    tissue: (x, y, z, depthMm) => {
      if (depthMm < 1.8) return 15
      const fatMm = fatAt(z)
      if (depthMm < 1.35 * fatMm && depthMm < fatMm * (1 + 0.35 * smoothNoise(x / 45, y / 45, z / 45, seed)))
        return patient.fatHu
      const plane = smoothNoise(x / 17, y / 17, z / 34, seed + 1)
      return Math.abs(plane) < 0.055 ? patient.fatHu + 25 : patient.muscleHu + 10 * plane
    },
    outside: (x, y, z) => {
      if (z > 55 && z < 115) for (const { c, r } of appendages) if (ellipsoidRadius(x, y, z, c, r) < 1) return 5
      if (!patient.couch || Math.abs(x) > 230 || y > couchY || y < couchY - 26) return -1000
      return y > couchY - 3 || y < couchY - 23 ? -250 : -940
    },
  }
}
