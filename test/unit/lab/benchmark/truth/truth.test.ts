import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PointMm, Size3 } from '../../../../../src/shared/geometry/points.js'
import { manualBoxes } from '../../../../../src/lab/benchmark/truth/manualBoxes.js'
import { skipSmallSlices } from '../../../../../src/lab/benchmark/truth/skipSmallSlices.js'
import { axialView } from '../../../../../src/engine/sam/slices/axialView.js'
import { boxPerSlice } from '../../../../../src/engine/sam/prompts/sliceBoxes.js'
import type { LabelVolume } from '../../../../../src/shared/geometry/volume.js'
import { ORIENTATIONS, orientedAffine } from '../../../../support/orientations.js'

const ORGAN = { name: 'Organ', labelValue: 1, color: '#000000' }
const OTHER = { name: 'Other', labelValue: 2, color: '#000000' }

/** A cone along z: on slice z it is 2z + 1 voxels wide and 3 deep. */
function cone(size: Size3 = [24, 12, 8], spacing: PointMm = [2, 2, 3], orientation = ORIENTATIONS[0]): LabelVolume {
  const data = new Uint8Array(size[0] * size[1] * size[2])
  for (let z = 1; z < 6; z++)
    for (let y = 4; y < 7; y++) for (let x = 10 - z; x <= 10 + z; x++) data[x + size[0] * (y + size[1] * z)] = 1
  for (let x = 0; x < 4; x++) data[x] = 2
  return { data, size, affine: orientedAffine(orientation, size, spacing) }
}

describe('manual boxes', () => {
  it('are the boxes of the drawn organ slice by slice, whatever the orientation', () => {
    for (const orientation of ORIENTATIONS.filter(({ axes }) => axes.join() === '0,1,2')) {
      const truth = cone([24, 12, 8], [2, 2, 3], orientation)
      const [organ] = manualBoxes(truth, [ORGAN], 'a', 1, 0)
      expect(organ.partsMm).toHaveLength(5)
      const view = axialView(truth)
      // What segmentation makes of these parts is the tight box of every slice.
      const boxes = boxPerSlice(view, organ.partsMm ?? [], [0, 0, 0], 'interpolate')
      const drawn = new Map<number, number>()
      for (const [slice, { x0, x1, y0, y1 }] of boxes) {
        expect(y1 - y0).toBeCloseTo(3, 9)
        drawn.set(slice, Math.round(x1 - x0))
        expect(x1 - x0).toBeCloseTo(Math.round(x1 - x0), 9)
      }
      expect([...drawn.values()].sort((a, b) => a - b)).toEqual([3, 5, 7, 9, 11])
    }
  })

  it('have walls moved out by 0 to 20 pixels of the 1024-pixel square', () => {
    const truth = cone()
    const pixelMm = (24 * 2) / 1024
    const [exact] = manualBoxes(truth, [ORGAN], 'a', 1, 0)
    const offs: number[] = []
    for (let seed = 0; seed < 40; seed++) {
      const [jittered] = manualBoxes(truth, [ORGAN], 'a', seed, 20)
      jittered.partsMm?.forEach(({ min, max }, i) => {
        const tight = exact.partsMm?.[i]
        if (tight === undefined) throw new Error('no such part')
        offs.push(tight.min[0] - min[0], tight.min[1] - min[1], max[0] - tight.max[0], max[1] - tight.max[1])
        expect([min[2], max[2]]).toEqual([tight.min[2], tight.max[2]])
      })
    }
    const pixels = offs.map((mm) => mm / pixelMm)
    expect(Math.min(...pixels)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...pixels)).toBeLessThanOrEqual(20)
    expect(pixels.reduce((a, b) => a + b, 0) / pixels.length).toBeCloseTo(10, -0.5)
  })

  it('depend on seed, case and structure, and not on what else is run', () => {
    const truth = cone()
    const alone = manualBoxes(truth, [ORGAN], 'a', 1, 20)
    expect(manualBoxes(truth, [OTHER, ORGAN], 'a', 1, 20)[1]).toEqual(alone[0])
    expect(manualBoxes(truth, [ORGAN], 'b', 1, 20)).not.toEqual(alone)
    expect(manualBoxes(truth, [ORGAN], 'a', 2, 20)).not.toEqual(alone)
  })
})

describe("the paper's protocol", () => {
  // 2 x 2 mm pixels are 4.19 of the published 0.98 mm ones, so 3 x 3 pixels are 37.7 and 3 x 7 are 88.
  const truth = cone()
  const prediction: LabelVolume = {
    ...truth,
    data: truth.data.map((_, i) => (Math.floor(i / (24 * 12)) < 8 && i % 24 > 4 && i % 24 < 9 ? 1 : 0)),
  }
  const slicesOf = (labels: LabelVolume, value: number): number[] => [
    ...new Set(Array.from(labels.data).flatMap((v, i) => (v === value ? [Math.floor(i / (24 * 12))] : []))),
  ]

  it('takes slices with little or nothing drawn out of the prediction and the truth', () => {
    const kept = skipSmallSlices({ prediction, truth }, [{ labelValue: 1, predictedValue: 1 }], 80)
    expect(slicesOf(kept.truth, 1)).toEqual([3, 4, 5])
    expect(slicesOf(kept.prediction, 1)).toEqual([3, 4, 5])
    // Other structures are not touched, and neither are the inputs.
    expect(slicesOf(kept.truth, 2)).toEqual([0])
    expect(slicesOf(truth, 1)).toEqual([1, 2, 3, 4, 5])
    expect(
      slicesOf(skipSmallSlices({ prediction, truth }, [{ labelValue: 1, predictedValue: 1 }], 10).prediction, 1),
    ).toEqual([1, 2, 3, 4, 5])
  })

  it('can only leave out, never add', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (minPixels) => {
        const kept = skipSmallSlices({ prediction, truth }, [{ labelValue: 1, predictedValue: 1 }], minPixels)
        kept.truth.data.forEach((value, i) => {
          expect([0, truth.data[i]]).toContain(value)
        })
      }),
      { numRuns: 10 },
    )
  })
})
