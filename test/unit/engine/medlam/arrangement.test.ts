import { describe, expect, it } from 'vitest'
import { contradictedStructures, type PlacedStructure } from '../../../../src/engine/medlam/arrangement.js'
import { latentOf } from '../../../../src/engine/medlam/salFrame.js'
import type { BankPoints, TemplateBank } from '../../../../src/engine/medlam/templateBank.js'
import { mapSides, SIDE_AXIS, type BoxMm, type PointMm } from '../../../../src/shared/geometry/points.js'

/** Where four organs lie in the templates. */
const MIDDLES: Readonly<Record<string, PointMm>> = {
  A: [0, 0, 0],
  B: [60, 0, 0],
  C: [0, 0, 80],
  D: [-50, 20, 40],
}
const HALF = 15
const SCAN: BoxMm = { min: [-150, -150, -150], max: [150, 150, 150] }

const boxAround = (middle: PointMm): BoxMm => ({
  min: [middle[0] - HALF, middle[1] - HALF, middle[2] - HALF],
  max: [middle[0] + HALF, middle[1] + HALF, middle[2] + HALF],
})

function pointsAround(middle: PointMm): BankPoints {
  return mapSides((side) => {
    const { axis, sign } = SIDE_AXIS[side]
    const pointMm: [number, number, number] = [...middle]
    pointMm[axis] += sign * HALF
    return { pointMm, latent: latentOf(0, 0, 0), descriptors: [] }
  })
}

const BANK: TemplateBank = {
  name: 'test',
  modelId: 'm',
  modelHash: 'h',
  structures: [],
  templates: [-4, 0, 4].map((shift, i) => ({
    id: `t${i}`,
    sha256: '',
    alignment: null,
    structures: new Map(
      Object.entries(MIDDLES).map(([name, [x, y, z]]) => [
        name,
        { points: pointsAround([x + shift, y, z]), parts: [], onePiece: true, prior: null },
      ]),
    ),
  })),
  calibrations: new Map(),
  reliability: [],
  credit: '',
}

/** An organ where the templates have it, moved. */
function placed(name: string, change: Partial<PlacedStructure> & { readonly shift?: PointMm } = {}): PlacedStructure {
  const { shift = [0, 0, 0], ...others } = change
  const middle = MIDDLES[name]
  return {
    name,
    boxMm: boxAround([middle[0] + shift[0], middle[1] + shift[1], middle[2] + shift[2]]),
    isInView: true,
    isFound: true,
    confidence: 0.6,
    usualConfidence: 0.6,
    ...others,
  }
}

const absent = { isFound: false, confidence: 0.1 } as const
const contradicted = (structures: readonly PlacedStructure[], scan = SCAN): readonly string[] => [
  ...contradictedStructures(structures, BANK, scan),
]

describe('What was found, held against the arrangement of the templates', () => {
  it('stands where its neighbours are about where they belong', () => {
    const patient = [
      placed('A', { shift: [10, 0, 0] }),
      placed('B', { shift: [25, 5, 0] }),
      placed('C', { shift: [0, -20, 25] }),
      placed('D'),
    ]
    expect(contradicted(patient)).toEqual([])
  })

  it('is contradicted when it alone is found and its neighbours should be in view', () => {
    expect(contradicted([placed('A'), placed('B', absent), placed('C', absent), placed('D', absent)])).toEqual(['A'])
  })

  it('is contradicted when others are found, but elsewhere', () => {
    const scattered = [
      placed('A', { confidence: 0.3 }),
      placed('B', { shift: [0, 120, -100], confidence: 0.3 }),
      placed('C', { shift: [90, -90, -100], confidence: 0.3 }),
      placed('D', absent),
    ]
    expect(contradicted(scattered)).toEqual(['A', 'B', 'C'])
  })

  it('stands at the edge of a field of view that ends before its neighbours', () => {
    const outside = { ...absent, isInView: false } as const
    const small: BoxMm = { min: [-30, -30, -30], max: [30, 30, 30] }
    expect(
      contradicted([placed('A'), placed('B', outside), placed('C', outside), placed('D', outside)], small),
    ).toEqual([])
  })

  it('stands when one neighbour is missing, or two of a set of three', () => {
    expect(contradicted([placed('A'), placed('B'), placed('C'), placed('D', absent)])).toEqual([])
    expect(contradicted([placed('A'), placed('B', absent), placed('C', absent)])).toEqual([])
  })
})
