import { smoothNoise } from './noise.js'
import type { Patient } from './patient.js'
import { bothSides, ellipseRadius, ellipsoid, ellipsoidRadius, profile, rod, tube, type Shape } from './shapes.js'

/** The airway from the nose to the chest: z, y, half-width, half-depth. */
const AIRWAY = [
  [-175, -34, 10, 8.5],
  [-140, -22, 9.5, 9],
  [-100, -6, 8.5, 9],
  [-75, 3, 8.5, 9],
  [-50, 14, 8.5, 9],
  [-36, 21, 8.5, 9],
  [-28, 25, 7, 10],
  [-20, 26, 3.5, 10],
  [-12, 25, 6, 9],
  [-2, 23, 12, 7],
  [18, 24, 11, 5.5],
  [40, 29, 12, 7],
  [62, 38, 10, 8],
  [78, 47, 11, 9],
  [86, 50, 8, 6],
] as const

const [airwayY, airwayX, airwayHalf] = [profile(AIRWAY, 1), profile(AIRWAY, 2), profile(AIRWAY, 3)]

/** The air in throat and windpipe with a thin wall. */
export function airwayShape(): Shape {
  return {
    bounds: [-16, 16, -50, 62, -175, 86],
    label: 0,
    huAt: (x, y, z) => {
      const radius = ellipseRadius(x, y - airwayY(z), airwayX(z), airwayHalf(z))
      return radius < 1 ? -975 : z < -30 && radius < 1.22 ? 70 : Number.NaN
    },
  }
}

/** The larynx (label 6): cartilage, folds and the air within, from below the tongue bone to the cricoid. */
export function larynxShape(patient: Patient): Shape {
  const j = patient.organs[6]
  const [bottom, top] = [-34 * j.scale + j.z, -5 + j.z]
  const c = [0, 25 + j.y / 2] as const
  const [rx, ry] = [15 * j.scale, 15.5 * j.scale]
  const airway = airwayShape()
  return {
    bounds: [-20, 20, 5, 45, bottom, top],
    label: 6,
    huAt: (x, y, z) => {
      const radius = ellipseRadius(x - c[0], y - c[1], rx, ry)
      if (radius > 1) return Number.NaN
      if (airway.huAt(x, y, z) < 0) return -965
      const low = z < bottom + 10
      const cartilage = low ? radius > 0.62 && radius < 0.86 : radius > 0.78 && radius < 0.97 && y > c[1] - 6
      if (cartilage) return patient.cartilageHu
      return radius > 0.62 || Math.abs(z + 20) < 4 ? 55 : -10
    },
  }
}

/** Middle of the oesophagus by height: z, x, y. */
const ESOPHAGUS = [
  [-175, -6, -52],
  [-140, -6, -39],
  [-110, -7, -27],
  [-85, -7, -13],
  [-60, -5, -2],
  [-38, -1, 8],
] as const

const [esophagusX, esophagusY] = [profile(ESOPHAGUS, 1), profile(ESOPHAGUS, 2)]

/** The oesophagus (label 5) behind the windpipe; the part below the outlined range has no label. */
export function esophagusShapes(patient: Patient): readonly Shape[] {
  const j = patient.organs[5]
  const [rx, ry] = [8.5 * j.scale, 6.5 * j.scale]
  const bottom = -107 + j.z
  const wall = (x: number, y: number, z: number): number => {
    const radius = ellipseRadius(x - esophagusX(z) - j.x / 2, y - esophagusY(z), rx, ry)
    if (radius > 1) return Number.NaN
    return patient.esophagusAir && radius < 0.45 && smoothNoise(0, 0, z / 12, patient.textureSeed + 23) > 0 ? -700 : 62
  }
  return [
    { bounds: [-20, 14, -40, 18, bottom, -38 + j.z / 2], label: 5, huAt: wall },
    { bounds: [-20, 14, -62, -15, -175, bottom], label: 0, huAt: wall },
  ]
}

/** Lungs with ribs around them, breastbone, great vessels. */
function chestShapes(patient: Patient): readonly Shape[] {
  const seed = patient.textureSeed + 29
  const lungs = bothSides((side) => {
    const [c, r] = [
      [side * 62, -30, -166],
      [47, 62, 100],
    ] as const
    const bone = [r[0] + 11, r[1] + 11, r[2] + 9] as const
    return {
      bounds: [c[0] - bone[0], c[0] + bone[0], c[1] - bone[1], c[1] + bone[1], -260, c[2] + bone[2]],
      label: 0,
      huAt: (x, y, z) => {
        const radius = ellipsoidRadius(x, y, z, c, r)
        if (radius < 1) {
          const vessel = smoothNoise(x / 7, y / 7, z / 12, seed)
          return vessel > 0.62 ? -100 : -850 + 60 * vessel
        }
        const shell = ellipsoidRadius(x, y, z, c, bone)
        if (shell > 1 || side * x < 18) return Number.NaN
        const rib = (z + 0.5 * y) / 25
        return rib - Math.floor(rib) < 0.46 && radius > 1.06
          ? shell > 0.96 || radius < 1.1
            ? 650
            : patient.marrowHu
          : Number.NaN
      },
    }
  })
  return [
    ...lungs,
    ellipsoid([0, 42, -112], [24, 7, 34], patient.marrowHu, { wallMm: 2, wallHu: 500 }),
    ellipsoid([-8, 2, -142], [20, 30, 18], patient.vesselHu),
    tube(
      [
        { z: -130, x: 16, y: 22, rx: 8, ry: 8 },
        { z: -90, x: 14, y: 14, rx: 6, ry: 6 },
      ],
      patient.vesselHu,
    ),
    tube(
      [
        { z: -130, x: -15, y: 0, rx: 6, ry: 6 },
        { z: -80, x: -22, y: 0, rx: 5, ry: 5 },
      ],
      patient.vesselHu,
    ),
  ]
}

/** Collar bones, shoulder blades, upper arms. */
function shoulderShapes(patient: Patient): readonly Shape[] {
  const s = patient.shoulderScale
  const shell = 0.6 * patient.corticalHu
  const clavicle = { hu: patient.marrowHu, wallMm: 2.5, wallHu: shell }
  const humerus = { radiusMm: 13, hu: 60, wallMm: 4.5, wallHu: patient.corticalHu }
  const blades = bothSides((side) => ({
    bounds: [side === 1 ? 70 : -165, side === 1 ? 165 : -70, -115, -40, -175, -62],
    label: 0,
    huAt: (x, y, z) => {
      const across = (side * x - 72) / 90
      return across > 0 && across < 1 && Math.abs(y + 100 - 50 * across) < 4.5 && z < -62 - 40 * (1 - across)
        ? 480
        : Number.NaN
    },
  }))
  return [
    ...bothSides((side) => rod([side * 14, 30, -80], [side * 80, 16, -64], { radiusMm: 7, ...clavicle })),
    ...bothSides((side) => rod([side * 80, 16, -64], [side * 150 * s, -42, -54], { radiusMm: 6.5, ...clavicle })),
    ...bothSides((side) =>
      ellipsoid([side * 172 * s, -48, -78], [24, 24, 24], patient.marrowHu, { wallMm: 3, wallHu: shell }),
    ),
    ...bothSides((side) => rod([side * 176 * s, -50, -84], [side * 196 * s, -48, -240], humerus)),
    ...blades,
  ]
}

/** Tongue bone, thyroid gland, neck vessels and the long muscle of each side. */
function neckShapes(patient: Patient): readonly Shape[] {
  const hyoid: Shape = {
    bounds: [-24, 24, 22, 48, -2, 6],
    label: 0,
    huAt: (x, y) => {
      const radius = ellipseRadius(x, y - 24, 21, 21)
      return radius > 0.78 && radius < 1.02 && y > 24 ? 550 : Number.NaN
    },
  }
  const sternomastoid = { radiusMm: 10, hu: patient.muscleHu + 6, wallMm: 1.5, wallHu: patient.fatHu + 30 }
  return [
    hyoid,
    ...bothSides((side) => ellipsoid([side * 16, 16, -42], [8, 9, 19], 115)),
    ...bothSides((side) =>
      tube(
        [
          { z: -90, x: side * 22, y: 4, rx: 5, ry: 5 },
          { z: 60, x: side * 27, y: 12, rx: 4, ry: 4 },
        ],
        patient.vesselHu,
      ),
    ),
    ...bothSides((side) =>
      tube(
        [
          { z: -80, x: side * 32, y: 10, rx: 7, ry: 6 },
          { z: 62, x: side * 33, y: 8, rx: 4, ry: 4 },
        ],
        patient.vesselHu + 15,
      ),
    ),
    ...bothSides((side) => rod([side * 18, 32, -70], [side * 56, -22, 62], sternomastoid)),
  ]
}

/** Everything of neck and chest but the organs, most specific first. */
export function neckAndChestShapes(patient: Patient): readonly Shape[] {
  return [...neckShapes(patient), ...shoulderShapes(patient), ...chestShapes(patient)]
}
