import { describe, expect, it } from 'vitest'
import { mapPoint } from '../../../../src/engine/alignment/affineMap.js'
import { latentOf } from '../../../../src/engine/medlam/salFrame.js'
import type { BankStructure, TemplateBank } from '../../../../src/engine/medlam/templateBank.js'
import { startsOfLandmarks } from '../../../../src/engine/pipeline/startsOfLandmarks.js'
import { mapSides, SIDE_AXIS, type ExtremePoints, type PointMm } from '../../../../src/shared/geometry/points.js'
import type { LocalizedStructure } from '../../../../src/shared/structure.js'

function pointsAround(middle: PointMm, radius: number): ExtremePoints {
  return mapSides((side) => {
    const { axis, sign } = SIDE_AXIS[side]
    const point: [number, number, number] = [...middle]
    point[axis] += sign * radius
    return point
  })
}

const toScan = ([x, y, z]: PointMm): PointMm => [1.1 * x + 20, 1.1 * y - 40, 1.1 * z + 7]
const ORGANS = { Liver: [0, 0, 0], Heart: [20, 30, 120], Spleen: [-70, -20, 10] } as const

function encoded(points: ExtremePoints): BankStructure {
  const bankPoints = mapSides((side) => ({ pointMm: points[side], latent: latentOf(0, 0, 0), descriptors: [] }))
  return { points: bankPoints, parts: [], onePiece: true, prior: null }
}

const BANK: TemplateBank = {
  name: 'b',
  modelId: 'm',
  modelHash: 'h',
  credit: '',
  calibrations: new Map(),
  reliability: [],
  structures: [],
  templates: [
    {
      id: 't',
      sha256: '',
      alignment: null,
      structures: new Map(Object.entries(ORGANS).map(([name, at]) => [name, encoded(pointsAround(at, 25))])),
    },
  ],
}

function localized(name: keyof typeof ORGANS, more: Partial<LocalizedStructure> = {}): LocalizedStructure {
  const points = pointsAround(ORGANS[name], 25)
  return {
    name,
    labelValue: 1,
    color: '#000000',
    status: 'found',
    confidence: 0.7,
    boxMm: null,
    boxVoxel: null,
    extremePointsMm: mapSides((side) => toScan(points[side])),
    ...more,
  }
}

describe('starts of landmarks', () => {
  it('bring what MedLAM found onto the template', () => {
    const map = startsOfLandmarks(BANK, [localized('Liver'), localized('Heart'), localized('Spleen')]).get('t')
    if (map === undefined) throw new Error('there is no start')
    mapPoint(map, toScan([10, 20, 60])).forEach((mm, axis) => {
      expect(Math.abs(mm - [10, 20, 60][axis])).toBeLessThan(4)
    })
  })

  it('do not trust what is cut, unsure or alone', () => {
    const cut = localized('Heart', { reason: 'The field of view cuts it.' })
    const unsure = localized('Spleen', { confidence: 0.3 })
    expect(startsOfLandmarks(BANK, [localized('Liver'), cut, unsure]).size).toBe(0)
  })
})
