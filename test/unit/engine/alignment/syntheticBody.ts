import type { LabelVolume } from '../../../../src/shared/geometry/volume.js'
import type { Affine } from '../../../../src/shared/geometry/affine.js'
import type { GridVolume } from '../../../../src/engine/alignment/grid.js'

/** Names of the structures by label value. */
export const NAMES = new Map([
  [1, 'RightLung'],
  [2, 'LeftLung'],
  [3, 'Liver'],
])

function inEllipsoid(p: readonly number[], middle: readonly number[], radii: readonly number[]): boolean {
  return p.reduce((sum, value, k) => sum + ((value - middle[k]) / radii[k]) ** 2, 0) <= 1
}

/** Bones at fixed places: the body looks alike nowhere. */
const BONES: readonly (readonly [number, number, number])[] = [
  [40, 70, 20],
  [110, 66, 35],
  [52, 85, 120],
  [98, 90, 145],
  [35, 40, 80],
  [118, 45, 95],
  [75, 95, 70],
  [60, 30, 140],
  [95, 28, 15],
  [80, 90, 25],
]

/** HU and label at a point of the body. */
export function bodyAt(p: readonly number[]): { readonly hu: number; readonly label: number } {
  if (!inEllipsoid(p, [75, 55, 80], [68, 48, 140])) return { hu: -1000, label: 0 }
  if (BONES.some((bone) => inEllipsoid(p, bone, [7, 6, 9]))) return { hu: 600, label: 0 }
  if (inEllipsoid(p, [75, 18, 80], [9, 8, 150])) return { hu: p[2] % 24 < 15 ? 400 : 80, label: 0 }
  if (inEllipsoid(p, [108, 58, 105], [22, 28, 40])) return { hu: -800, label: 1 }
  if (inEllipsoid(p, [44, 58, 112], [18, 26, 34])) return { hu: -800, label: 2 }
  if (inEllipsoid(p, [98, 62, 45], [34, 26, 18])) return { hu: 110, label: 3 }
  if (inEllipsoid(p, [75, 55, 80], [60, 40, 132])) return { hu: 45, label: 0 }
  return { hu: -100, label: 0 }
}

/** From RAS mm of a scan to mm of the body. */
export type ToBody = (pointMm: readonly [number, number, number]) => readonly number[]

/** The body, sampled on the working grid of 3 mm. */
export function bodyOnGrid(
  size: readonly [number, number, number],
  originMm: readonly [number, number, number],
  toBody: ToBody,
): GridVolume {
  const data = new Int16Array(size[0] * size[1] * size[2])
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++)
        data[at++] = bodyAt(toBody([originMm[0] + 3 * x, originMm[1] + 3 * y, originMm[2] + 3 * z])).hu
    }
  }
  return { data, size, originMm, spacingMm: 3 }
}

/** The body as a volume with any affine: HU and labels. */
export function bodyAsVolume(
  size: readonly [number, number, number],
  affine: Affine,
  toBody: ToBody,
): {
  readonly scan: {
    readonly data: Int16Array
    readonly size: readonly [number, number, number]
    readonly affine: Affine
  }
  readonly labels: LabelVolume
} {
  const hu = new Int16Array(size[0] * size[1] * size[2])
  const data = new Uint8Array(hu.length)
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, at++) {
        const row = (r: number): number =>
          affine[4 * r] * x + affine[4 * r + 1] * y + affine[4 * r + 2] * z + affine[4 * r + 3]
        const point = bodyAt(toBody([row(0), row(1), row(2)]))
        hu[at] = point.hu
        data[at] = point.label
      }
    }
  }
  return { scan: { data: hu, size, affine }, labels: { data, size, affine } }
}
