import { describe, expect, it } from 'vitest'
import { surveyImage } from '../../../../src/webview/viewer/bodyBox.js'
import { imageVolume, type ImageVolume } from '../../../../src/webview/viewer/imageVolume.js'

const SIDE = 40

/** A volume of 2 mm voxels, made voxel by voxel. */
function volume(valueAt: (x: number, y: number, z: number) => number): ImageVolume {
  const data = new Int16Array(SIDE ** 3)
  for (let at = 0; at < data.length; at++)
    data[at] = valueAt(at % SIDE, Math.floor(at / SIDE) % SIDE, Math.floor(at / SIDE ** 2))
  const affine = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1] as const
  return imageVolume({ data, size: [SIDE, SIDE, SIDE], affine })
}

const within = (at: number, low: number, high: number): boolean => at >= low && at <= high

describe('a look at an image', () => {
  it('finds the body, not the table under it', () => {
    const { bodyMm, isCt } = surveyImage(
      volume((x, y) => (within(x, 10, 29) && within(y, 12, 25) ? 40 : y === 5 ? 200 : -1000)),
    )
    expect(isCt).toBe(true)
    expect(bodyMm.min[1]).toBeGreaterThan(2 * 10)
    expect(bodyMm.max[1]).toBeLessThan(2 * 27)
    expect(bodyMm.max[0] - bodyMm.min[0]).toBeCloseTo(40)
  })

  it('fits the axial plane to most slices: shoulders do not make the neck small', () => {
    const { fits } = surveyImage(
      volume((x, y, z) => (within(x, z < 10 ? 2 : 15, z < 10 ? 37 : 24) && within(y, 10, 29) ? 40 : -1000)),
    )
    expect(fits.axial.sizeMm[0]).toBeCloseTo(20)
    expect(fits.coronal.sizeMm[0]).toBeCloseTo(72)
    expect(fits.coronal.sizeMm[1]).toBeCloseTo(80)
  })

  it('takes all of an image in which no body stands out, and says that it is no CT', () => {
    const { bodyMm, isCt, range } = surveyImage(volume(() => 7))
    expect(isCt).toBe(false)
    expect(range).toEqual([7, 7])
    expect(bodyMm.max[2] - bodyMm.min[2]).toBeCloseTo(80)
  })
})
