import { decode, type DecodedPng } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { drawOverviews, OVERVIEW_PIXELS } from '../../../../../src/engine/dataset/workers/overviewImages.js'
import { ORIENTATIONS, orientedAffine } from '../../../../support/orientations.js'
import { applyAffine } from '../../../../../src/shared/geometry/affine.js'
import type { Size3 } from '../../../../../src/shared/geometry/points.js'

const SIDE = 40
const STRUCTURES = [{ labelValue: 3, color: '#ff8000' }]

/** A grey cube of 80 mm in air, with a small structure near its right, front and upper side. */
function cube(orientation: (typeof ORIENTATIONS)[number]): {
  readonly scan: { readonly data: Int16Array; readonly size: Size3; readonly affine: ReturnType<typeof orientedAffine> }
  readonly labels: Uint8Array
} {
  const size: Size3 = [SIDE, SIDE, SIDE]
  const affine = orientedAffine(orientation, size, [3, 3, 3])
  const data = new Int16Array(SIDE ** 3).fill(-1000)
  const labels = new Uint8Array(SIDE ** 3)
  for (let i = 0; i < data.length; i++) {
    const [x, y, z] = applyAffine(affine, [i % SIDE, Math.floor(i / SIDE) % SIDE, Math.floor(i / SIDE ** 2)])
    if (Math.max(Math.abs(x), Math.abs(y), Math.abs(z)) < 40) data[i] = 40
    if (Math.hypot(x - 20, y - 20, z - 20) < 12) labels[i] = 3
  }
  return { scan: { data, size, affine }, labels }
}

/** Middle of the pixels of the structure's colour in one of the two slice images, from 0 to 1 along columns and rows. */
function middle({ data, width }: DecodedPng, left: number): readonly [number, number] {
  const at: (readonly [number, number])[] = []
  for (let row = 0; row < OVERVIEW_PIXELS; row++) {
    for (let column = 0; column < OVERVIEW_PIXELS; column++) {
      const i = 3 * (row * width + left + column)
      if (data[i] === 0xff && data[i + 1] === 0x80 && data[i + 2] === 0) at.push([column, row])
    }
  }
  const mean = (axis: 0 | 1): number => at.reduce((sum, place) => sum + place[axis], 0) / at.length / OVERVIEW_PIXELS
  return [mean(0), mean(1)]
}

describe('the overview image of a result', () => {
  it('show outlines as radiologists look at patients, however the scan is stored', () => {
    for (const orientation of ORIENTATIONS) {
      const { scan, labels } = cube(orientation)
      const png = drawOverviews(scan, { data: labels }, STRUCTURES)
      const decoded = decode(png)
      expect(decoded).toMatchObject({ width: 2 * OVERVIEW_PIXELS, height: OVERVIEW_PIXELS, channels: 3 })
      // The patient's right on the left; in front or above is up.
      for (const left of [0, OVERVIEW_PIXELS]) {
        const [column, row] = middle(decoded, left)
        expect(column).toBeLessThan(0.4)
        expect(row).toBeLessThan(0.4)
      }
      expect(drawOverviews(scan, { data: labels }, STRUCTURES)).toEqual(png)
    }
  })

  it('show the middle of a scan in which nothing was found, and of one that is nothing but air', () => {
    const { scan, labels } = cube(ORIENTATIONS[0])
    const greys = (png: Uint8Array): number => new Set(decode(png).data).size
    expect(greys(drawOverviews(scan, { data: labels.fill(0) }, STRUCTURES))).toBe(2)
    expect(greys(drawOverviews({ ...scan, data: scan.data.fill(-1000) }, { data: labels }, STRUCTURES))).toBe(1)
  })
})
