import { smoothNoise } from './noise.js'
import type { Patient } from './patient.js'
import { bothSides, ellipseRadius, ellipsoid, ellipsoidRadius, profile, tube, type Shape } from './shapes.js'

/** Floor of the skull by y: y, z of the inner surface. */
const SKULL_BASE = [
  [-85, 78],
  [-60, 66],
  [-40, 58],
  [-12, 60],
  [9, 63],
  [15, 78],
  [24, 102],
  [30, 110],
  [60, 112],
  [105, 116],
] as const

const skullBaseZ = profile(SKULL_BASE, 1)

const CRANIUM = { c: [0, 13, 112], r: [71, 89, 76] } as const
const SKULL_MM = 6

/** Brain, the fluid around it and the skull. */
export function skullShape(patient: Patient): Shape {
  const { c, r } = CRANIUM
  const bone = r.map((half) => half + SKULL_MM) as [number, number, number]
  const seed = patient.textureSeed + 7
  return {
    bounds: [c[0] - bone[0], c[0] + bone[0], c[1] - bone[1], c[1] + bone[1], 50, c[2] + bone[2]],
    label: 0,
    huAt: (x, y, z) => {
      if (ellipsoidRadius(x, y, z, c, bone) > 1) return Number.NaN
      const floor =
        skullBaseZ(y) + (Math.abs(x) > 25 && y > 15 ? -18 * Math.min(1, (Math.abs(x) - 25) / 15) * (y < 60 ? 1 : 0) : 0)
      const above = z - floor
      const isForamen = ellipseRadius(x, y + 2, 15, 14) < 1
      if (above < (isForamen ? 0 : -SKULL_MM)) return Number.NaN
      const inside = ellipsoidRadius(x, y, z, c, r)
      if (inside > 1) return inside > 1.02 && inside < 1.05 ? 0.5 * patient.corticalHu : 0.75 * patient.corticalHu
      if (above < 0) return 0.5 * patient.corticalHu
      if (inside > 0.965 || above < 2) return 12
      if (ellipsoidRadius(Math.abs(x), y, z, [13, 12, 132], [7, 32, 12]) < 1) return 7
      return patient.brainHu + 5 * smoothNoise(x / 9, y / 9, z / 9, seed)
    },
  }
}

/** The brainstem (label 1), in a thin layer of fluid: medulla, pons, midbrain. */
export function brainstemShapes(patient: Patient): readonly Shape[] {
  const j = patient.organs[1]
  const s = j.scale
  const at = (z: number, y: number, rx: number, ry: number, grow: number) => ({
    z,
    x: 0,
    y: y + j.y / 3,
    rx: rx * s + grow,
    ry: ry * s + grow,
  })
  const sections = (grow: number) => [
    at(63, 0, 9, 8, grow),
    at(76, 0, 11, 9, grow),
    at(86, 2, 15, 12, grow),
    at(97, 5, 17, 14, grow),
    at(107, 9, 15, 11, grow),
    at(116 + j.z / 2, 12, 14, 9, grow),
  ]
  return [tube(sections(0), patient.brainstemHu, { label: 1 }), tube(sections(2.5), 10)]
}

/** Dense ear bones with air cells, left and right. */
function temporalBones(patient: Patient): readonly Shape[] {
  const seed = patient.textureSeed + 11
  return bothSides((side) => {
    const [c, r] = [
      [side * 52, -3, 76],
      [22, 17, 15],
    ] as const
    return {
      bounds: [c[0] - r[0], c[0] + r[0], c[1] - r[1], c[1] + r[1], c[2] - r[2], c[2] + r[2]],
      label: 0,
      huAt: (x, y, z) => {
        if (ellipsoidRadius(x, y, z, c, r) > 1) return Number.NaN
        return y < 4 && Math.abs(x) > 48 && smoothNoise(x / 5, y / 5, z / 5, seed) > -0.05
          ? -450
          : 0.7 * patient.corticalHu
      },
    }
  })
}

/** Eyes in fat, and the air-filled hollows of the face with their thin bony walls. */
function faceShapes(patient: Patient): readonly Shape[] {
  const seed = patient.textureSeed + 13
  const nasal: Shape = {
    bounds: [-13, 13, 48, 122, 62, 104],
    label: 0,
    huAt: (x, y, z) => {
      if (ellipsoidRadius(x, y, z, [0, 82, 82], [13, 38, 21]) > 1) return Number.NaN
      if (Math.abs(x) < 1.6) return 200
      return smoothNoise(x / 5, y / 16, z / 8, seed) > 0.12 ? 40 : -980
    },
  }
  const palate: Shape = {
    bounds: [-26, 26, 48, 106, 55, 61],
    label: 0,
    huAt: (x, y) => (ellipseRadius(x, y - 48, 26, 58) < 1 ? 0.45 * patient.corticalHu : Number.NaN),
  }
  const upperTeeth: Shape = {
    bounds: [-33, 33, 62, 110, 42, 62],
    label: 0,
    huAt: (x, y, z) => {
      const offArch = Math.abs(y - (103 - 0.037 * x * x)) / Math.hypot(1, 0.074 * x)
      if (offArch > 5) return Number.NaN
      return z > 53 ? 0.5 * patient.corticalHu : offArch < 4 ? 1750 : Number.NaN
    },
  }
  return [
    ...bothSides((s) => ellipsoid([s * 31, 97, 100], [12, 12, 12], 12)),
    ...bothSides((s) => ellipsoid([s * 30, 88, 100], [17, 20, 15], patient.fatHu)),
    ...bothSides((s) => ellipsoid([s * 30, 88, 100], [20, 23, 18], 0.45 * patient.corticalHu)),
    ...bothSides((s) => ellipsoid([s * 28, 82, 74], [14, 18, 18], -960, { wallMm: 2, wallHu: 350 })),
    ellipsoid([0, 46, 101], [14, 13, 10], -960, { wallMm: 2, wallHu: 350 }),
    ellipsoid([0, 105, 122], [16, 5, 9], -950),
    nasal,
    palate,
    upperTeeth,
    ...bothSides((s) => ellipsoid([s * 58, 62, 84], [7, 34, 5], 0.6 * patient.corticalHu)),
  ]
}

/** The lower jaw (label 7) with its teeth, which belong to no organ. */
export function mandibleShapes(patient: Patient): readonly Shape[] {
  const j = patient.organs[7]
  const thick = 5.2 * j.scale
  const chinY = 98 + j.y
  const archOf = (x: number): number => chinY - 0.0236 * x * x
  const bone = (offset: number): number => (offset > 0.55 ? patient.corticalHu : patient.marrowHu + 150)
  const jaw: Shape = {
    bounds: [-60, 60, 8, 108, 4, 90],
    label: 7,
    huAt: (x, y, z) => {
      const across = Math.abs(x)
      if (across < 51) {
        const bottom = 7 + 0.16 * across + j.z / 2
        const top = bottom + 23 * j.scale
        const offArch = Math.abs(y - archOf(x)) / Math.hypot(1, 0.0472 * x)
        if (z > bottom && z < top && offArch < thick)
          return bone(Math.max(offArch / thick, 1 - Math.min(z - bottom, top - z) / thick))
      }
      const middleY = 45 - 0.19 * (z - 15) + j.y
      const along = y - middleY
      const offPlate = Math.abs(across - 51.5 - 0.035 * (z - 15)) / 4.6
      if (z < 14 || z > 87 || offPlate > 1 || Math.abs(along) > 13 - 0.02 * (z - 14)) return Number.NaN
      const isNotch = z > 70 && Math.abs(along - 1) < 6 + (z - 70) * 0.12
      return isNotch || (z > 80 && along > 0) ? Number.NaN : bone(Math.max(offPlate, Math.abs(along) / 13))
    },
  }
  const teeth: Shape = {
    bounds: [-32, 32, 66, 108, 26, 42],
    label: 0,
    huAt: (x, y) => (Math.abs(y - archOf(x)) / Math.hypot(1, 0.0472 * x) < 3.8 ? 1800 : Number.NaN),
  }
  return [jaw, teeth]
}

/** The parotid glands (labels 3 right, 4 left): behind the jaw, below the ear, mottled with fat. */
export function parotidShapes(patient: Patient): readonly Shape[] {
  const seed = patient.textureSeed + 17
  return bothSides((side) => {
    const label = side === 1 ? 3 : 4
    const j = patient.organs[label]
    const c = [side * (57 + j.x), 17 + j.y, 50 + j.z] as const
    const r = [15.5 * j.scale, 18 * j.scale, 26.5 * j.scale] as const
    return {
      bounds: [c[0] - 20, c[0] + 20, c[1] - 24, c[1] + 24, c[2] - r[2], c[2] + r[2]],
      label,
      huAt: (x, y, z) => {
        const height = (z - c[2]) / r[2]
        const girth = 1 + 0.2 * height
        const lump = 1 + 0.18 * smoothNoise(x / 11, y / 11, z / 11, seed)
        const radius =
          Math.hypot(
            (x - c[0] - side * 2 * height) / (r[0] * girth),
            (y - c[1] - 3 * height) / (r[1] * girth),
            height,
          ) / lump
        return radius > 1 ? Number.NaN : patient.parotidHu + 28 * smoothNoise(x / 5, y / 5, z / 5, seed + 1)
      },
    }
  })
}

/** Everything of the head but the organs, most specific first. */
export function headShapes(patient: Patient): readonly Shape[] {
  return [
    ...faceShapes(patient),
    ...temporalBones(patient),
    ellipsoid([0, 74, 47], [20, 24 * Math.min(1, patient.oralAir), 4 * patient.oralAir], -950),
    ...bothSides((s) => ellipsoid([s * 31, 48, 4], [9, 15, 11], patient.muscleHu + 15)),
    ...bothSides((s) => ellipsoid([s * 45, 72, 46], [9, 17, 16], patient.fatHu)),
  ]
}
