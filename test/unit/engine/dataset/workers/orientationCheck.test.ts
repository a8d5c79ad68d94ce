import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { LocalizedStructure } from '../../../../../src/shared/structure.js'
import {
  flipped,
  orientationWarning,
  suspectedTurn,
} from '../../../../../src/engine/dataset/workers/orientationCheck.js'
import type { TemplateBank } from '../../../../../src/engine/medlam/templateBank.js'
import type { MedlamModel } from '../../../../../src/engine/medlam/model.js'
import { applyAffine, invertAffine } from '../../../../../src/shared/geometry/affine.js'
import type { Size3 } from '../../../../../src/shared/geometry/points.js'
import { ORIENTATIONS, orientedAffine } from '../../../../support/orientations.js'

/** How well the scan fits when voxel 0 has a value: what was on an end of an axis is on the other when it is turned. */
const confidences = new Map<number, number>()
vi.mock('../../../../../src/engine/pipeline/localizeScan.js', () => ({
  localizeScan: (_model: unknown, { data }: { readonly data: Int16Array }) =>
    Promise.resolve({ structures: [{ confidence: confidences.get(data[0]) ?? 0 }] }),
}))

describe('the orientation of a scan', () => {
  const data = Int16Array.from({ length: 8 }, (_, i) => i)
  const scan = { data, size: [2, 2, 2] as Size3, affine: orientedAffine(ORIENTATIONS[0], [2, 2, 2], [2, 2, 2]) }
  const localized = (confidence: number): LocalizedStructure => ({
    name: 'Heart',
    labelValue: 1,
    color: '#ff0000',
    status: 'found',
    confidence,
    boxMm: null,
    boxVoxel: null,
    extremePointsMm: null,
  })
  const warn = (confidence: number): Promise<string | null> =>
    orientationWarning({} as MedlamModel, {} as TemplateBank, undefined, scan, [localized(confidence)], undefined)
  beforeEach(() => {
    confidences.clear()
  })

  it.each([
    [4, 'upside down'],
    [2, 'back to front'],
    [1, 'with left and right swapped'],
    [3, 'half round its long axis'],
  ] as const)('is doubted when the scan fits clearly better turned (voxel %i first)', async (first, words) => {
    confidences.set(first, 0.7)
    const warning = await warn(0.2)
    expect(warning).toContain(`turned ${words} (mean confidence 0.70 instead of 0.20)`)
    expect(suspectedTurn([warning ?? ''])).toBe(words)
  })

  it('is not doubted when the scan fits well as it is, hardly better, or has nothing to go by', async () => {
    confidences.set(4, 0.9)
    expect(await warn(0.5)).toBeNull()
    confidences.set(4, 0.34)
    expect(await warn(0.2)).toBeNull()
    expect(await orientationWarning({} as MedlamModel, {} as TemplateBank, undefined, scan, [], undefined)).toBeNull()
  })
})

describe('a scan turned round', () => {
  const size: Size3 = [4, 3, 5]

  it.each([0, 1, 2] as const)(
    'has what was on one end of patient axis %i on the other, in every storage order',
    (axis) => {
      for (const orientation of ORIENTATIONS) {
        const stored: Size3 = [size[orientation.axes[0]], size[orientation.axes[1]], size[orientation.axes[2]]]
        const affine = orientedAffine(orientation, stored, [2, 2, 2])
        const data = Int16Array.from({ length: 60 }, (_, i) => i)
        const turned = flipped({ data, size: stored, affine }, [axis])
        // The grid is centred on the origin: the mirrored place of every voxel is a voxel.
        const inverse = invertAffine(affine)
        for (let z = 0; z < stored[2]; z++) {
          for (let y = 0; y < stored[1]; y++) {
            for (let x = 0; x < stored[0]; x++) {
              const [px, py, pz] = applyAffine(affine, [x, y, z])
              const [i, j, k] = applyAffine(inverse, [
                axis === 0 ? -px : px,
                axis === 1 ? -py : py,
                axis === 2 ? -pz : pz,
              ]).map(Math.round)
              expect(turned[x + stored[0] * (y + stored[1] * z)]).toBe(data[i + stored[0] * (j + stored[1] * k)])
            }
          }
        }
      }
    },
  )

  it('is recognised in the warnings of a result, and nothing else is', () => {
    expect(
      suspectedTurn([
        'Something else.',
        'The scan fits the templates better when it is turned upside down (mean confidence 0.71 instead of 0.15): check its orientation.',
      ]),
    ).toBe('upside down')
    expect(suspectedTurn(['The two positions disagree; check left and right.'])).toBeNull()
  })
})
