import { describe, expect, it } from 'vitest'
import { EXTREME_SIDES } from '../../../../src/shared/geometry/points.js'
import type { StructurePoints } from '../../../../src/shared/scanPoints.js'
import {
  activeAfter,
  missingPoint,
  pointToPlace,
  sideToPlace,
  planeOfSide,
  steppedSide,
  withPoint,
} from '../../../../src/webview/control/pointPlacement.js'

const withSides = (...sides: string[]): StructurePoints => ({
  name: 'Larynx',
  color: '#112233',
  points: Object.fromEntries(sides.map((side) => [side, [0, 0, 0] as const])),
})
const points = (...sides: string[]): { structures: StructurePoints[] } => ({ structures: [withSides(...sides)] })
const larynx = (side: (typeof EXTREME_SIDES)[number] | null = null): Parameters<typeof pointToPlace>[1] => ({
  structure: 'Larynx',
  side,
})

describe('the point that a click places', () => {
  it('is the first that is missing, or the one that was asked for', () => {
    expect(pointToPlace(points('inferior'), larynx())).toEqual({ structure: 'Larynx', side: 'superior' })
    expect(pointToPlace(points('inferior'), larynx('inferior'))).toEqual({ structure: 'Larynx', side: 'inferior' })
    expect(sideToPlace(undefined, 'left')).toBeNull()
  })

  it('is none without an active structure, or once all six are there', () => {
    expect(pointToPlace(points(), null)).toBeNull()
    expect(pointToPlace(points(), { structure: 'Thyroid', side: null })).toBeNull()
    expect(pointToPlace(points(...EXTREME_SIDES), larynx())).toBeNull()
  })

  it('is no missing one where it moves a point', () => {
    expect(missingPoint(points('inferior'), larynx('inferior'))).toBeNull()
    expect(missingPoint(points('inferior'), larynx())).toEqual({ structure: 'Larynx', side: 'superior' })
  })

  it('becomes the next missing one when it is there, and stays otherwise', () => {
    expect(activeAfter(points(), points('left'), larynx('left'))).toEqual(larynx())
    expect(activeAfter(points(), points('right'), larynx('left'))).toEqual(larynx('left'))
  })

  it('is none once its structure is gone', () => {
    expect(activeAfter(points(), { structures: [] }, larynx('left'))).toBeNull()
    expect(activeAfter(points(), points('left'), null)).toBeNull()
  })

  it('is there at once, and shown in the plane that shows its side', () => {
    const after = withPoint(points('inferior'), { structure: 'Larynx', side: 'superior' }, [1, 2, 3])
    expect(after.structures[0].points.superior).toEqual([1, 2, 3])
    expect(pointToPlace(after, larynx())?.side).toBe('posterior')
    expect([planeOfSide('superior'), planeOfSide('anterior'), planeOfSide('left')]).toEqual([
      'coronal',
      'sagittal',
      'axial',
    ])
  })

  it('goes round all sides with the keys', () => {
    expect(steppedSide(withSides('inferior'), larynx(), 1)).toBe('posterior')
    expect(steppedSide(withSides(), larynx('inferior'), -1)).toBe('left')
    expect(steppedSide(withSides(...EXTREME_SIDES), larynx(), 1)).toBe('superior')
  })
})
