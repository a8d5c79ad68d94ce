import { describe, expect, it } from 'vitest'
import type { LocalizedStructure } from '../../../../src/shared/structure.js'
import { DEFAULT_RUN_OPTIONS } from '../../../../src/shared/requests.js'
import type { TemplateBank } from '../../../../src/engine/medlam/templateBank.js'
import { segmentLocalized } from '../../../../src/engine/pipeline/segmentLocalized.js'
import { COVER_CELLS, FULL_COVER, HU_BINS, huBin, type OrganPrior } from '../../../../src/shared/organPrior.js'
import type { Scan } from '../../../../src/shared/geometry/volume.js'
import { fakeSegmenter } from '../../../support/fakeSegmenter.js'
import { ORIENTATIONS, orientedAffine } from '../../../support/orientations.js'

const SIZE = [40, 40, 30] as const
const AFFINE = orientedAffine(ORIENTATIONS[0], SIZE, [2, 2, 3])
const SCAN: Scan = {
  data: new Int16Array(SIZE[0] * SIZE[1] * SIZE[2]).fill(40),
  size: SIZE,
  affine: AFFINE,
  path: 'scan',
  sha256: '',
  geometry: { niftiHeader: null, size: SIZE, affine: AFFINE },
  warnings: [],
}
const BANK: TemplateBank = {
  name: '',
  modelId: '',
  modelHash: '',
  structures: [],
  templates: [],
  calibrations: new Map(),
  reliability: [],
  credit: '',
}

const histogram = (hu: number): Uint16Array =>
  Uint16Array.from({ length: HU_BINS.count }, (_, bin) => (bin === huBin(hu) ? 10_000 : 0))
/** Knows of A that it fills its box, with soft tissue in bone. */
const PRIOR: OrganPrior = {
  cover: new Uint8Array(COVER_CELLS.columns * COVER_CELLS.rows * COVER_CELLS.slices).fill(FULL_COVER),
  organHu: histogram(40),
  surroundingsHu: histogram(450),
}
const TEMPLATE: TemplateBank['templates'][number] = {
  id: '',
  sha256: '',
  structures: new Map([['A', { points: undefined as never, parts: [], onePiece: false, prior: PRIOR }]]),
  alignment: null,
}

function organ(
  name: string,
  labelValue: number,
  min: number,
  max: number,
  status: 'found' | 'not-found' = 'found',
): LocalizedStructure {
  const boxMm = status === 'found' ? { min: [min, -10, -20] as const, max: [max, 10, 20] as const } : null
  return { name, labelValue, color: '#000000', status, confidence: 1, boxMm, boxVoxel: null, extremePointsMm: null }
}

describe('segmenting what was localized', () => {
  it('encodes each slice once however many organs need it, and leaves out what was not found', async () => {
    const segmenter = fakeSegmenter()
    const localized = [organ('A', 1, -20, -4), organ('B', 2, 4, 20), organ('C', 3, 0, 0, 'not-found')]
    const { labels, structures, encoderRuns, decoderRuns } = await segmentLocalized(
      { segmenter, bank: BANK, options: DEFAULT_RUN_OPTIONS },
      SCAN,
      { structures: localized, drafts: new Map(), aroundAllMm: null },
    )
    // 40 mm of 3 mm slices: every slice that the boxes touch, once.
    const slices = new Set(
      Array.from(labels.data).flatMap((value, i) => (value > 0 ? [Math.floor(i / (SIZE[0] * SIZE[1]))] : [])),
    ).size
    expect(encoderRuns).toBe(slices)
    expect(segmenter.images).toHaveLength(slices)
    expect(decoderRuns).toBe(2 * slices)
    expect(structures.map((structure) => structure.name)).toEqual(['A', 'B'])
    expect([...new Set(labels.data)].sort()).toEqual([0, 1, 2])
  })

  it('shows as many slices at once as quality and model say, cut to where organs are', async () => {
    const aroundAllMm = { min: [-20, -10, -20], max: [20, 10, 20] } as const
    const localized = { structures: [organ('A', 1, -20, -4)], drafts: new Map(), aroundAllMm }
    const shownBy = async (
      options: Partial<typeof DEFAULT_RUN_OPTIONS>,
      tiles = { cut: true, perSide: 2 },
    ): Promise<readonly [number, number, number]> => {
      const segmenter = { ...fakeSegmenter(), tiles }
      const run = { ...DEFAULT_RUN_OPTIONS, ...options }
      const { encoderRuns } = await segmentLocalized({ segmenter, bank: BANK, options: run }, SCAN, localized)
      return [segmenter.images[0].width, segmenter.images[0].height, encoderRuns]
    }
    // 80 x 60 mm on pixels of 2 mm, where they lie inside the scan: the whole slice is 40 x 40 pixels.
    const [width, height, slices] = await shownBy({ quality: 'best' })
    expect([width, height]).toEqual([40, 30])
    expect(await shownBy({ quality: 'balanced' })).toEqual([2 * width, 2 * height, Math.ceil(slices / 4)])
    expect(await shownBy({ quality: 'balanced' }, { cut: true, perSide: 1 })).toEqual([width, height, slices])
    expect(await shownBy({ quality: 'balanced' }, { cut: false, perSide: 1 })).toEqual([40, 40, slices])
    expect(await shownBy({ procedure: 'paper' })).toEqual([40, 40, slices])
  })

  it('looks at slices 6 mm apart in a balanced run, and fills in between what the templates know', async () => {
    const slicesOf = async (
      options: Partial<typeof DEFAULT_RUN_OPTIONS>,
      sliceMm = 3,
    ): Promise<readonly [number, number]> => {
      const affine = orientedAffine(ORIENTATIONS[0], SIZE, [2, 2, sliceMm])
      const { labels, decoderRuns } = await segmentLocalized(
        {
          segmenter: fakeSegmenter(),
          bank: { ...BANK, templates: [TEMPLATE] },
          options: { ...DEFAULT_RUN_OPTIONS, ...options },
        },
        { ...SCAN, affine, geometry: { ...SCAN.geometry, affine } },
        { structures: [organ('A', 1, -20, 20)], drafts: new Map(), aroundAllMm: null },
      )
      const area = SIZE[0] * SIZE[1]
      const drawn = Array.from({ length: SIZE[2] }, (_, z) =>
        labels.data.subarray(z * area, (z + 1) * area).includes(1),
      )
      return [decoderRuns, drawn.filter(Boolean).length]
    }
    const [best, all] = await slicesOf({ quality: 'best' })
    expect(best).toBe(all)
    expect(await slicesOf({})).toEqual([Math.ceil(all / 2), all])
    expect(await slicesOf({ sliceStep: 3 })).toEqual([Math.ceil(all / 3), all])
    // What nobody knows between two slices is seen by the segmenter.
    expect(await slicesOf({ appearance: false })).toEqual([all, all])
    expect(await slicesOf({ procedure: 'paper' })).toEqual([all, all])
    const [thick, thickAll] = await slicesOf({}, 5)
    expect(thick).toBe(thickAll)
    const [thin, thinAll] = await slicesOf({}, 1.5)
    expect(thin).toBeLessThanOrEqual(Math.ceil(thinAll / 4))
  })

  it('stops between two network runs when asked to', async () => {
    const abort = new AbortController()
    const segmenter = fakeSegmenter()
    await expect(
      segmentLocalized(
        { segmenter, bank: BANK, options: DEFAULT_RUN_OPTIONS },
        SCAN,
        { structures: [organ('A', 1, -20, 20)], drafts: new Map(), aroundAllMm: null },
        {
          signal: abort.signal,
          onProgress: (done) => {
            if (done === 2) abort.abort()
          },
        },
      ),
    ).rejects.toMatchObject({ kind: 'cancelled' })
  })

  it('leaves out what never looks like the organ in its templates, unless told to take the segmenter at its word', async () => {
    // Half of the organ's box is bone, which its templates have around it and never in it.
    const data = SCAN.data.slice()
    for (let i = 0; i < data.length; i++) if (i % SIZE[0] < SIZE[0] / 2) data[i] = 450
    const count = async (weighed: boolean): Promise<number> => {
      const options = { ...DEFAULT_RUN_OPTIONS, appearance: weighed }
      const { labels } = await segmentLocalized(
        { segmenter: fakeSegmenter(), bank: { ...BANK, templates: [TEMPLATE] }, options },
        { ...SCAN, data },
        { structures: [organ('A', 1, -20, 20)], drafts: new Map(), aroundAllMm: null },
      )
      return Array.from(labels.data).filter((value, i) => value === 1 && data[i] === 450).length
    }
    expect(await count(false)).toBeGreaterThan(0)
    expect(await count(true)).toBe(0)
  })
})
