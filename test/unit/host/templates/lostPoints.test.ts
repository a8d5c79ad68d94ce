import { expect, it } from 'vitest'
import { lostPoints } from '../../../../src/host/templates/lostPoints.js'
import { mapSides } from '../../../../src/shared/geometry/points.js'

const points = mapSides(() => [0, 0, 0] as const)
const drawnIn = { path: 'ct_dseg.nii.gz', sha256: 'a'.repeat(64), labelValue: 1 }

it('names structures whose points were set by hand and would be replaced', () => {
  const template = { structures: { Heart: { points }, Liver: { points, drawnIn }, Spleen: { points } } }
  expect(lostPoints(template, null)).toEqual(['Heart', 'Spleen'])
  expect(lostPoints(template, ['Heart', 'Liver'])).toEqual(['Heart'])
  expect(lostPoints({ structures: {} }, null)).toEqual([])
})
