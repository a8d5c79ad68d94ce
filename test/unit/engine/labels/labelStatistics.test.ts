import { expect, it } from 'vitest'
import { labelStatistics } from '../../../../src/engine/labels/labelStatistics.js'
import type { Affine } from '../../../../src/shared/geometry/affine.js'

it('measures volume, values, box and centre of every label', () => {
  const affine: Affine = [2, 0, 0, 10, 0, 3, 0, 20, 0, 0, 5, 30, 0, 0, 0, 1]
  const labels = { data: new Uint8Array([0, 3, 3, 0, 0, 0, 0, 9]), size: [2, 2, 2] as const, affine }
  const scan = { data: new Int16Array([900, 40, 60, 900, 900, 900, 900, -1000]) }
  const [organ, unnamed] = labelStatistics(scan, labels, [{ name: 'Organ', labelValue: 3 }])
  expect(organ).toEqual({
    name: 'Organ',
    labelValue: 3,
    voxels: 2,
    volumeMl: 0.06,
    meanHu: 50,
    sdHu: 10,
    boxMm: { min: [9, 18.5, 27.5], max: [13, 24.5, 32.5] },
    centreMm: [11, 21.5, 30],
  })
  expect(unnamed).toMatchObject({ name: 'Label 9', voxels: 1, meanHu: -1000, sdHu: 0, centreMm: [12, 23, 35] })
})
