import { describe, expect, it } from 'vitest'
import {
  MARKING_SIDES,
  boxOfPlacedPoints,
  completePoints,
  nextSide,
  NO_POINTS,
  type ScanPoints,
} from '../../../../src/shared/scanPoints.js'
import {
  addStructure,
  deletePoint,
  mergeStructures,
  nameProblem,
  placePoint,
  recolorStructure,
  removeStructure,
  renameStructure,
  type PointsEdit,
} from '../../../../src/host/points/editPoints.js'

function larynx(): ScanPoints {
  return addStructure(NO_POINTS, 'Larynx', '#f58231').after
}

/** Every edit must be undone by going back to `before`. */
function after(edit: PointsEdit, before: ScanPoints): ScanPoints {
  expect(edit.before).toBe(before)
  return edit.after
}

describe('points of a scan', () => {
  it('asks for the six sides one after another', () => {
    let marks = larynx()
    for (const [index, side] of MARKING_SIDES.entries()) {
      expect(nextSide(marks.structures[0])).toBe(side)
      marks = after(placePoint(marks, 'Larynx', side, [index, 0, 0]), marks)
    }
    expect(nextSide(marks.structures[0])).toBeNull()
    expect(completePoints(marks.structures[0])?.left).toEqual([5, 0, 0])
  })

  it('says whether a point is placed or moved', () => {
    const placed = placePoint(larynx(), 'Larynx', 'left', [1, 2, 3])
    expect(placed.label).toBe('Place the left point of Larynx')
    expect(placePoint(placed.after, 'Larynx', 'left', [4, 2, 3]).label).toBe('Move the left point of Larynx')
  })

  it('deletes a point and is incomplete again', () => {
    const placed = placePoint(larynx(), 'Larynx', 'left', [1, 2, 3]).after
    const deleted = after(deletePoint(placed, 'Larynx', 'left'), placed)
    expect(deleted.structures[0].points).toEqual({})
    expect(completePoints(deleted.structures[0])).toBeNull()
  })

  it('spans a box over the points there are', () => {
    const one = placePoint(larynx(), 'Larynx', 'left', [-3, 2, 8]).after
    const two = placePoint(one, 'Larynx', 'superior', [4, -1, 9]).after
    expect(boxOfPlacedPoints(two.structures[0])).toEqual({ min: [-3, -1, 8], max: [4, 2, 9] })
    expect(boxOfPlacedPoints(larynx().structures[0])).toBeNull()
  })

  it('renames, recolours and removes one structure only', () => {
    const two = addStructure(larynx(), 'Mandible', '#fffac8').after
    const renamed = after(renameStructure(two, 'Larynx', 'Voice box'), two)
    expect(renamed.structures.map(({ name }) => name)).toEqual(['Voice box', 'Mandible'])
    expect(recolorStructure(renamed, 'Mandible', '#000000').after.structures[1].color).toBe('#000000')
    expect(removeStructure(renamed, 'Voice box').after.structures.map(({ name }) => name)).toEqual(['Mandible'])
  })

  it('takes over derived structures and replaces those of the same name', () => {
    const derived = { name: 'Larynx', color: '#112233', points: { left: [0, 0, 0] } } as const
    const merged = mergeStructures(addStructure(larynx(), 'Mandible', '#fffac8').after, 'Points', [derived])
    expect(merged.after.structures.map(({ name }) => name)).toEqual(['Mandible', 'Larynx'])
  })

  it('refuses empty and taken names', () => {
    expect(nameProblem(larynx(), ' ')).toMatch(/name/)
    expect(nameProblem(larynx(), 'larynx ')).toMatch(/marked already/)
    expect(nameProblem(larynx(), 'Mandible')).toBeNull()
  })
})
