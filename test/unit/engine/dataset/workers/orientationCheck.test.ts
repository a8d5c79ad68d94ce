import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { LocalizedStructure } from '../../../../../src/shared/structure.js'
import { orientationWarning, suspectedTurn } from '../../../../../src/engine/dataset/workers/orientationCheck.js'
import type { TemplateBank } from '../../../../../src/engine/medlam/templateBank.js'
import type { MedlamModel } from '../../../../../src/engine/medlam/model.js'
import type { Size3 } from '../../../../../src/shared/geometry/points.js'
import { ORIENTATIONS, orientedAffine } from '../../../../support/orientations.js'

/** How well the scan fits when voxel 0 has a value: what was on an end of an axis is on the other when it is turned. */
const confidences = new Map<number, number>()
vi.mock('../../../../../src/engine/pipeline/localizeScan.js', () => ({
  localizeScan: (_task: unknown, { data }: { readonly data: Int16Array }) =>
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
  const check = { model: {} as MedlamModel, bank: {} as TemplateBank, options: undefined, signal: undefined }
  const warn = (confidence: number): Promise<string | null> => {
    confidences.set(0, confidence)
    return orientationWarning(check, scan, [localized(confidence)])
  }
  beforeEach(() => {
    confidences.clear()
  })

  it.each([
    [4, 'upsideDown', 'upside down'],
    [2, 'backToFront', 'back to front'],
    [1, 'sidesSwapped', 'with left and right swapped'],
    [3, 'halfTurn', 'half round its long axis'],
  ] as const)('is doubted when the scan fits clearly better turned (voxel %i first)', async (first, turn, words) => {
    confidences.set(first, 0.7)
    const warning = await warn(0.2)
    expect(warning).toContain(`turned ${words} (mean confidence 0.70 instead of 0.20)`)
    expect(suspectedTurn([warning ?? ''])).toBe(turn)
  })

  it('is not doubted when the scan fits well as it is, hardly better, or has nothing to go by', async () => {
    confidences.set(4, 0.9)
    expect(await warn(0.5)).toBeNull()
    confidences.set(4, 0.34)
    expect(await warn(0.2)).toBeNull()
    expect(await orientationWarning(check, scan, [])).toBeNull()
  })
})

describe('the warning about a turned scan', () => {
  it('is recognised in the warnings of a result, and nothing else is', () => {
    expect(
      suspectedTurn([
        'Something else.',
        'The scan fits the templates better when it is turned upside down (mean confidence 0.71 instead of 0.15): check its orientation.',
      ]),
    ).toBe('upsideDown')
    expect(suspectedTurn(['The two positions disagree; check left and right.'])).toBeNull()
  })
})
