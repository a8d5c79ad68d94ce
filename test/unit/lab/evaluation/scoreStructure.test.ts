import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PointMm, Size3 } from '../../../../src/shared/geometry/points.js'
import {
  scoreStructures,
  type ScoredStructure,
  type StructureScore,
} from '../../../../src/lab/evaluation/scoreStructure.js'
import { elementAreas } from '../../../../src/lab/evaluation/elementAreas.js'
import type { LabelVolume } from '../../../../src/shared/geometry/volume.js'
import secondImplementation from './secondImplementation.json' with { type: 'json' }

const organ = (more: Partial<ScoredStructure> = {}): ScoredStructure => ({
  name: 'Organ',
  labelValue: 1,
  predictedValue: 1,
  toleranceMm: 1,
  ...more,
})

function labels(size: Size3, spacing: PointMm, inside: (x: number, y: number, z: number) => boolean): LabelVolume {
  const data = new Uint8Array(size[0] * size[1] * size[2])
  for (let z = 0, i = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++) for (let x = 0; x < size[0]; x++, i++) data[i] = inside(x, y, z) ? 1 : 0
  return { data, size, affine: [spacing[0], 0, 0, 0, 0, spacing[1], 0, 0, 0, 0, spacing[2], 0, 0, 0, 0, 1] }
}

function score(
  prediction: LabelVolume | null,
  truth: LabelVolume,
  more: Partial<ScoredStructure> = {},
): StructureScore {
  return scoreStructures(prediction, truth, [organ(more)])[0]
}

const cube = (size: Size3, spacing: PointMm, from: Size3, to: Size3): LabelVolume =>
  labels(
    size,
    spacing,
    (x, y, z) => x >= from[0] && y >= from[1] && z >= from[2] && x <= to[0] && y <= to[1] && z <= to[2],
  )

describe('scores of masks', () => {
  it.each(secondImplementation.cases.map((given, i) => [i, given] as const))(
    'are those of other implementations (pair %i)',
    (_, { size, spacingMm, prediction, truth, expected }) => {
      const [nx, ny, nz] = size
      const [sx, sy, sz] = spacingMm
      const unpack = (text: string): LabelVolume => {
        const bits = Buffer.from(text, 'base64')
        return labels([nx, ny, nz], [sx, sy, sz], (x, y, z) => {
          const i = x + nx * (y + ny * z)
          return ((bits[i >> 3] >> (7 - (i & 7))) & 1) === 1
        })
      }
      const [p, t] = [unpack(prediction), unpack(truth)]
      const mine = score(p, t)
      expect(mine.outcome).toBe('scored')
      expect(mine.dice).toBeCloseTo(expected.dice, 10)
      expect(mine.hd95Mm).toBeCloseTo(expected.hd95Mm, 8)
      expect(mine.volumeMl).toBeCloseTo(expected.volumeMl, 8)
      expect(mine.truthMl).toBeCloseTo(expected.truthMl, 8)
      for (const [tolerance, wanted] of Object.entries(expected.surfaceDice)) {
        // Areas of the few ambiguous corner patterns are a matter of taste, so the shares agree closely rather than exactly.
        expect(
          Math.abs((score(p, t, { toleranceMm: Number(tolerance) }).surfaceDice ?? NaN) - wanted),
          tolerance,
        ).toBeLessThan(0.01)
      }
    },
  )

  it('are those computed by hand: two bars one voxel apart', () => {
    // Two bars of 4 x 1 x 1 voxels of 2 x 3 x 5 mm; the second begins one voxel further right (RAS x grows).
    const truth = cube([8, 3, 3], [2, 3, 5], [2, 1, 1], [5, 1, 1])
    const prediction = cube([8, 3, 3], [2, 3, 5], [3, 1, 1], [6, 1, 1])
    const mine = score(prediction, truth)
    expect(mine.dice).toBeCloseTo((2 * 3) / 8, 12)
    expect(mine.volumeErrorMl).toBe(0)
    expect(mine.truthMl).toBeCloseTo((4 * 30) / 1000, 12)
    // Distances are 0 six times and 2 mm twice: the 95th percentile of eight values lies between the last two.
    expect(mine.hd95Mm).toBeCloseTo(2, 12)
    expect(mine.boxIou).toBeCloseTo(3 / 5, 12)
    expect(mine.wallErrorsMm).toEqual({ inferior: 0, posterior: 0, right: 2, superior: 0, anterior: 0, left: -2 })
    expect(mine.wallDistanceMm).toBeCloseTo(4 / 6, 12)
    expect(score(prediction, truth, { toleranceMm: 2 }).surfaceDice).toBe(1)
    expect(mine.surfaceDice).toBeLessThan(1)
  })

  it('judge a box that localization found instead of the one around the mask', () => {
    const truth = cube([8, 8, 8], [2, 2, 2], [2, 2, 2], [5, 5, 5])
    // Twice as long along x on the left side: half the box is shared.
    const { boxIou, wallErrorsMm } = score(truth, truth, { boxMm: { min: [-5, 3, 3], max: [11, 11, 11] } })
    expect(boxIou).toBeCloseTo((8 * 8 * 8) / (12 * 8 * 8), 12)
    expect(wallErrorsMm).toMatchObject({ left: 8, right: 0 })
  })

  it('count a structure that was missed as a failure', () => {
    const truth = cube([8, 8, 8], [1, 1, 1], [2, 2, 2], [4, 4, 4])
    const empty = labels([8, 8, 8], [1, 1, 1], () => false)
    for (const prediction of [empty, null]) {
      expect(score(prediction, truth)).toMatchObject({
        outcome: 'missed',
        dice: 0,
        surfaceDice: 0,
        boxIou: 0,
        hd95Mm: null,
        wallDistanceMm: null,
        volumeErrorPercent: -100,
      })
    }
    // Where localization found it, its box is judged all the same.
    expect(score(null, truth, { boxMm: { min: [1.5, 1.5, 1.5], max: [4.5, 4.5, 4.5] } })).toMatchObject({
      outcome: 'missed',
      dice: 0,
      boxIou: 1,
      wallDistanceMm: 0,
    })
  })

  it('tell what nobody drew from what is not there', () => {
    const some = cube([4, 4, 4], [10, 10, 10], [1, 1, 1], [2, 2, 2])
    const empty = labels([4, 4, 4], [10, 10, 10], () => false)
    expect(score(some, empty)).toMatchObject({
      outcome: 'extra',
      dice: null,
      boxIou: null,
      volumeMl: 8,
      truthMl: 0,
      volumeErrorPercent: null,
    })
    expect(score(empty, empty)).toMatchObject({ outcome: 'absent', dice: null, volumeMl: 0 })
  })

  it('hold for organs of one voxel', () => {
    const at = (x: number): LabelVolume => cube([9, 5, 5], [0.9, 0.9, 3], [x, 2, 2], [x, 2, 2])
    expect(score(at(3), at(3))).toMatchObject({
      dice: 1,
      surfaceDice: 1,
      hd95Mm: 0,
      boxIou: 1,
      wallDistanceMm: 0,
      volumeErrorMl: 0,
    })
    const apart = score(at(5), at(3))
    expect(apart).toMatchObject({ dice: 0, boxIou: 0 })
    expect(apart.hd95Mm).toBeCloseTo(1.8, 12)
    expect(apart.wallErrorsMm?.right).toBeCloseTo(1.8, 12)
    expect(apart.wallErrorsMm?.left).toBeCloseTo(-1.8, 12)
  })

  it('leave walls that the field of view cuts out of the wall distance', () => {
    const truth = cube([6, 6, 6], [1, 1, 1], [2, 2, 0], [4, 4, 3])
    const found = { min: [1.5, 1.5, -9], max: [4.5, 4.5, 5.5] } as const
    // Cut to the scan, the box is 3 x 3 x 6 against 3 x 3 x 4 mm.
    expect(score(truth, truth, { boxMm: found })).toMatchObject({
      cutSides: ['inferior'],
      wallDistanceMm: 2 / 5,
      boxIou: 4 / 6,
    })
  })

  it('do not take slips of the pen for walls', () => {
    const organAndSlip = labels(
      [30, 10, 10],
      [1, 1, 1],
      (x, y, z) => (x < 6 && x > 0 && y > 2 && y < 8 && z > 2 && z < 8) || (x === 28 && y === 5 && z === 5),
    )
    expect(score(organAndSlip, organAndSlip, { boxMm: { min: [0.5, 2.5, 2.5], max: [5.5, 7.5, 7.5] } })).toMatchObject({
      boxIou: 1,
      dice: 1,
    })
  })

  it('hold for turned scans, whose true box is that of the organ and not of its box of voxels', () => {
    const [radiusMm, spacing, n] = [25, 1, 60]
    const turned = (degrees: number): LabelVolume => {
      const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
      const middle = (n - 1) / 2
      const ball = labels(
        [n, n, n],
        [spacing, spacing, spacing],
        (x, y, z) => Math.hypot(x - middle, y - middle, z - middle) < radiusMm,
      )
      return {
        ...ball,
        affine: [c, -s, 0, -middle * (c - s), s, c, 0, -middle * (s + c), 0, 0, 1, -middle, 0, 0, 0, 1],
      }
    }
    const exact = { min: [-radiusMm, -radiusMm, -radiusMm], max: [radiusMm, radiusMm, radiusMm] } as const
    for (const degrees of [10, 45, 100]) {
      const mine = score(null, turned(degrees), { boxMm: exact })
      expect(mine.boxIou, String(degrees)).toBeGreaterThan(0.96)
      expect(mine.wallDistanceMm, String(degrees)).toBeLessThan(0.5)
      expect(mine.cutSides).toEqual([])
      // The box around a predicted mask is measured in the same way.
      expect(score(turned(degrees), turned(degrees)).boxIou).toBe(1)
    }
    // Turned by 100 degrees, the first stored axis runs to the front.
    const cut = turned(100)
    for (let z = 20; z < 40; z++)
      for (let y = 20; y < 40; y++) for (let x = 40; x < n; x++) cut.data[x + n * (y + n * z)] = 1
    expect(score(cut, cut).cutSides).toEqual(['anterior'])
  })

  it('are symmetric and 1 for equal masks, whatever the masks', () => {
    const mask = fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }).filter((bits) => bits.includes(true))
    fc.assert(
      fc.property(
        mask,
        mask,
        fc.tuple(...[1, 2, 3].map(() => fc.double({ min: 0.3, max: 6, noNaN: true }))),
        (a, b, spacing) => {
          const make = (bits: readonly boolean[]): LabelVolume =>
            labels([5, 4, 3], [spacing[0], spacing[1], spacing[2]], (x, y, z) => bits[x + 5 * (y + 4 * z)])
          const [ab, ba] = [score(make(a), make(b)), score(make(b), make(a))]
          for (const key of ['dice', 'surfaceDice', 'hd95Mm'] as const)
            expect(ab[key] ?? NaN).toBeCloseTo(ba[key] ?? NaN, 9)
          expect(score(make(a), make(a))).toMatchObject({ dice: 1, surfaceDice: 1, hd95Mm: 0 })
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('areas of surface elements', () => {
  it('are those of the patterns that can be computed by hand', () => {
    const areas = elementAreas([2, 3, 5])
    expect([areas[0], areas[255]]).toEqual([0, 0])
    // A flat wall across x, y, z: the whole face of a voxel.
    expect([areas[0b10101010], areas[0b11001100], areas[0b11110000]].map((a) => Number(a.toFixed(9)))).toEqual([
      15, 10, 6,
    ])
    // One corner cut off: half of |(1,1.5,0) - (1,0,2.5) crossed|, the triangle between the middles of three edges.
    const triangle = Math.hypot(1.5 * 2.5, 1 * 2.5, 1 * 1.5) / 2
    for (const code of [1, 2, 4, 8, 16, 32, 64, 128, 254, 127]) expect(areas[code]).toBeCloseTo(triangle, 9)
  })
})
