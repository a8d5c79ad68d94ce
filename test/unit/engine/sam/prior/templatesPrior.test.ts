import { describe, expect, it } from 'vitest'
import type { BoxMm } from '../../../../../src/shared/geometry/points.js'
import { measurePrior } from '../../../../../src/engine/sam/prior/measurePrior.js'
import { segmentScan } from '../../../../../src/engine/sam/segmentScan.js'
import { oddsOnSlice, templatesPrior, type TemplatesPrior } from '../../../../../src/engine/sam/prior/templatesPrior.js'
import type { LabelVolume, Volume } from '../../../../../src/shared/geometry/volume.js'
import { fakeSegmenter } from '../../../../support/fakeSegmenter.js'
import { ORIENTATIONS, storeAs } from '../../../../support/orientations.js'

const SIZE = [40, 36, 24] as const

/** A bent cone, unlike its mirror images, and the box around it; 2 x 2 x 3 mm voxels, RAS. */
function cone(shift: number): {
  readonly scan: Volume<Int16Array>
  readonly labels: LabelVolume & Volume<Uint8Array>
  readonly box: BoxMm
} {
  const labels = new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2])
  const [min, max] = [
    [Infinity, Infinity, Infinity],
    [-Infinity, -Infinity, -Infinity],
  ]
  const affine = [2, 0, 0, -40, 0, 2, 0, -36, 0, 0, 3, -36, 0, 0, 0, 1] as const
  for (let z = 4; z < 20; z++) {
    for (let y = 0; y < SIZE[1]; y++) {
      for (let x = 0; x < SIZE[0]; x++) {
        const radius = 3 + z / 3
        const [dx, dy] = [x - 14 - shift - z / 3, y - 16 - shift]
        if (dx * dx + dy * dy > radius * radius || dx + dy > radius) continue
        labels[x + SIZE[0] * (y + SIZE[1] * z)] = 3
        ;[x, y, z].forEach((index, axis) => {
          min[axis] = Math.min(min[axis], affine[5 * axis] * (index - 0.5) + affine[4 * axis + 3])
          max[axis] = Math.max(max[axis], affine[5 * axis] * (index + 0.5) + affine[4 * axis + 3])
        })
      }
    }
  }
  const scan = {
    data: Int16Array.from(labels, (label, i) => (label === 3 ? 40 : 90) + ((i * 7919) % 60)),
    size: SIZE,
    affine,
  }
  return {
    scan,
    labels: { data: labels, size: SIZE, affine },
    box: { min: [min[0], min[1], min[2]], max: [max[0], max[1], max[2]] },
  }
}

function priorOf(shifts: readonly number[]): TemplatesPrior {
  const prior = templatesPrior(
    shifts.flatMap((shift) => {
      const { scan, labels, box } = cone(shift)
      return measurePrior(scan, labels, 3, [box]) ?? []
    }),
  )
  if (prior === null) throw new Error('nothing was measured')
  return prior
}

function dice(a: LabelVolume, b: LabelVolume): number {
  let [both, sum] = [0, 0]
  a.data.forEach((value, i) => {
    if (value === 3) sum++
    if (b.data[i] === 3) sum++
    if (value === 3 && b.data[i] === 3) both++
  })
  return (2 * both) / sum
}

describe('the prior of an organ', () => {
  it('turns a segmenter that fills its boxes into one that draws the organ', async () => {
    const { scan, labels, box } = cone(2)
    const request = { structure: { name: 'cone', labelValue: 3 }, boxesMm: [box] }
    const filled = await segmentScan(scan, [request], fakeSegmenter())
    const weighed = await segmentScan(scan, [{ ...request, prior: priorOf([-1, 0, 4]) }], fakeSegmenter())
    expect(dice(filled.labels, labels)).toBeLessThan(0.7)
    expect(dice(weighed.labels, labels)).toBeGreaterThan(0.9)
  })

  it('reaches beyond a box that is too small, as far as the organ usually does', async () => {
    const { scan, labels, box } = cone(0)
    const small: BoxMm = {
      min: [box.min[0] + 3, box.min[1] + 3, box.min[2]],
      max: [box.max[0] - 3, box.max[1] - 3, box.max[2]],
    }
    const { scan: other, labels: otherLabels } = cone(1)
    const measured = measurePrior(other, otherLabels, 3, [
      {
        min: [small.min[0] + 2, small.min[1] + 2, small.min[2]],
        max: [small.max[0] + 2, small.max[1] + 2, small.max[2]],
      },
    ])
    const prior = templatesPrior(measured === null ? [] : [measured, measured, measured])
    if (prior === null) throw new Error('nothing was measured')
    const { labels: found } = await segmentScan(
      scan,
      [{ structure: { name: 'cone', labelValue: 3 }, boxesMm: [small], prior }],
      fakeSegmenter(),
    )
    expect(dice(found, labels)).toBeGreaterThan(0.9)
  })

  it.each(ORIENTATIONS)('is the same measured on a scan stored as $name', (order) => {
    const { scan, labels, box } = cone(0)
    expect(measurePrior(storeAs(scan, order), storeAs(labels, order), 3, [box])).toEqual(
      measurePrior(scan, labels, 3, [box]),
    )
  })

  it('says more the more templates agree, and is unsure where they do not', () => {
    const { scan, labels, box } = cone(0)
    const one = measurePrior(scan, labels, 3, [box])
    if (one === null) throw new Error('nothing was measured')
    const opposite = {
      ...one,
      cover: one.cover.map((value) => 5 - value),
      organHu: one.surroundingsHu,
      surroundingsHu: one.organHu,
    }
    const middle = (prior: TemplatesPrior | null): number => {
      if (prior === null) throw new Error('nothing was joined')
      return oddsOnSlice(prior, { x0: 0, y0: 0, x1: 10, y1: 10 }, 0.5)(5, 5, 60)
    }
    expect(middle(templatesPrior([one]))).toBeGreaterThan(0)
    expect(middle(templatesPrior([one, one, one]))).toBeGreaterThan(middle(templatesPrior([one])))
    expect(middle(templatesPrior([one, opposite]))).toBeCloseTo(0, 5)
    expect(templatesPrior([])).toBeNull()
  })

  it('is not measured where no box meets a slice', () => {
    const { scan, labels } = cone(0)
    expect(measurePrior(scan, labels, 3, [{ min: [500, 500, 500], max: [510, 510, 510] }])).toBeNull()
  })
})
