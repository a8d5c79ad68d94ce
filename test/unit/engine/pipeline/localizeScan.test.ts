import { beforeAll, describe, expect, it } from 'vitest'
import {
  EXTREME_SIDES,
  extremePointsSchema,
  SIDE_AXIS,
  type ExtremePoints,
  type PointMm,
  type Size3,
} from '../../../../src/shared/geometry/points.js'
import { DEFAULT_RUN_OPTIONS } from '../../../../src/shared/requests.js'
import type { RunOptions } from '../../../../src/shared/sidecar.js'
import type { LocalizedStructure } from '../../../../src/shared/structure.js'
import { makeAlignmentTemplate } from '../../../../src/engine/alignment/alignmentTemplate.js'
import { prepareScan } from '../../../../src/engine/alignment/prepareScan.js'
import { templateMasks } from '../../../../src/engine/alignment/templateMasks.js'
import { coarseExtremePoints } from '../../../../src/engine/medlam/coarsePoints.js'
import { encodeTemplate, type TemplateBank } from '../../../../src/engine/medlam/templateBank.js'
import { embedScan } from '../../../../src/engine/medlam/embed.js'
import type { MedlamModel } from '../../../../src/engine/medlam/model.js'
import { latentOf } from '../../../../src/engine/medlam/salFrame.js'
import { prepareVolume } from '../../../../src/engine/medlam/prepare.js'
import { localizeEmbedded, localizeScan } from '../../../../src/engine/pipeline/localizeScan.js'
import { multiplyAffine, type Affine } from '../../../../src/shared/geometry/affine.js'
import type { Volume } from '../../../../src/shared/geometry/volume.js'
import { analyticDenseModel, analyticPatchModel } from '../../../support/analyticModel.js'
import { ORIENTATIONS, orientedAffine } from '../../../support/orientations.js'
import { phantom } from '../../../support/phantom.js'
import { bodyAsVolume, NAMES } from '../alignment/syntheticBody.js'

const SIZE: Size3 = [56, 52, 40]
const SPACING: PointMm = [3.2, 3.4, 4.6]
const ORGAN = { name: 'Organ', labelValue: 4, color: '#112233' }
/** Half sizes of the organ, and its middle relative to the landmark. */
const HALF: PointMm = [18, 14, 22]
const FROM_MARKER: PointMm = [12, -9, 7]

function organPoints(marker: PointMm): ExtremePoints {
  const middle = marker.map((value, axis) => value + FROM_MARKER[axis])
  const entries = EXTREME_SIDES.map((side) => {
    const { axis, sign } = SIDE_AXIS[side]
    return [side, middle.map((value, i) => (i === axis ? value + sign * HALF[axis] : value))]
  })
  return extremePointsSchema.parse(Object.fromEntries(entries))
}

async function templateBank(model: MedlamModel, markers: readonly PointMm[]): Promise<TemplateBank> {
  const templates = []
  for (const [i, marker] of markers.entries()) {
    const scan = phantom(SIZE, orientedAffine(ORIENTATIONS[0], SIZE, SPACING), marker)
    const embedding = embedScan(model, prepareVolume(scan, model.card))
    templates.push(
      await encodeTemplate(
        embedding,
        { id: `t${i}`, sha256: '', alignment: null },
        { Organ: { points: organPoints(marker), onePiece: true } },
      ),
    )
  }
  return {
    name: 'test',
    modelId: model.card.id,
    modelHash: model.hash,
    structures: [ORGAN],
    templates,
    calibrations: new Map(),
    reliability: [],
    credit: '',
  }
}

async function find(
  model: MedlamModel,
  bank: TemplateBank,
  scan: Volume<Int16Array>,
  options: Partial<RunOptions> = {},
): Promise<LocalizedStructure> {
  const { structures } = await localizeScan(
    { model, bank, structures: [ORGAN], options: { ...DEFAULT_RUN_OPTIONS, ...options } },
    scan,
  )
  return structures[0]
}

function largestErrorMm(found: LocalizedStructure, truth: ExtremePoints): number {
  const points = found.extremePointsMm
  if (points === null) return Infinity
  return Math.max(
    ...EXTREME_SIDES.flatMap((side) => truth[side].map((value, axis) => Math.abs(value - points[side][axis]))),
  )
}

const kinds = [
  { kind: 'dense', make: analyticDenseModel },
  { kind: 'patch', make: analyticPatchModel },
] as const

describe.each(kinds)('localization with an exact $kind model', ({ make }) => {
  let model: MedlamModel
  let bank: TemplateBank
  beforeAll(async () => {
    model = await make()
    bank = await templateBank(model, [
      [0, 0, 0],
      [-6, 4, 3],
      [5, 5, -8],
    ])
  })

  it('finds the points of another patient to a fraction of a voxel', async () => {
    const marker: PointMm = [7, -5, 10]
    const scan = phantom(SIZE, orientedAffine(ORIENTATIONS[0], SIZE, SPACING), marker)
    const found = await find(model, bank, scan)
    expect(found.status).toBe('found')
    expect(largestErrorMm(found, organPoints(marker))).toBeLessThan(0.5)
    expect(found.confidence).toBeGreaterThan(0.8)
  })

  it('finds them by relative distance alone to a fraction of a voxel, and describes nothing for that', async () => {
    const marker: PointMm = [7, -5, 10]
    const scan = phantom(SIZE, orientedAffine(ORIENTATIONS[0], SIZE, SPACING), marker)
    const run = (): Promise<never> => Promise.reject(new Error('Features are asked for'))
    const blind = { ...model, features: { ...model.features, run } }
    const coarse = (of: Volume<Int16Array>): ReturnType<typeof coarseExtremePoints> =>
      coarseExtremePoints(embedScan(blind, prepareVolume(of, model.card)), bank, () => undefined)
    const points = (await coarse(scan)).get('Organ')
    const off = EXTREME_SIDES.flatMap((side) =>
      organPoints(marker)[side].map((mm, axis) => Math.abs(mm - (points?.[side][axis] ?? Infinity))),
    )
    expect(Math.max(...off)).toBeLessThan(0.5)
    expect((await coarse({ ...scan, data: scan.data.map(() => -1000) })).size).toBe(0)
  })

  it('finds them with the published procedure to a voxel', async () => {
    const marker: PointMm = [4, -3, 6]
    const scan = phantom(SIZE, orientedAffine(ORIENTATIONS[0], SIZE, SPACING), marker)
    const found = await find(model, bank, scan, { procedure: 'paper' })
    expect(found.status).toBe('found')
    expect(largestErrorMm(found, organPoints(marker))).toBeLessThan(3)
  })

  it('takes back what is known of its walls, but not in the published procedure', async () => {
    const marker: PointMm = [7, -5, 10]
    const scan = phantom(SIZE, orientedAffine(ORIENTATIONS[0], SIZE, SPACING), marker)
    const known: TemplateBank = {
      ...bank,
      calibrations: new Map([
        ['Organ', { shiftMm: [4, 0, 0, -3, 0, 0], errorMm: [1, 1, 1, 1, 1, 1], similarity: [1, 1, 1, 1, 1, 1] }],
      ]),
    }
    for (const [procedure, up, down] of [
      ['robust', 3, 4],
      ['paper', 0, 0],
    ] as const) {
      const [plain, moved] = [
        await find(model, bank, scan, { procedure }),
        await find(model, known, scan, { procedure }),
      ]
      if (plain.boxMm === null || moved.boxMm === null) throw new Error('not found')
      expect(moved.boxMm.max[2] - plain.boxMm.max[2]).toBeCloseTo(up, 6)
      expect(moved.boxMm.min[2] - plain.boxMm.min[2]).toBeCloseTo(down, 6)
      expect(moved.boxMm.min[0]).toBeCloseTo(plain.boxMm.min[0], 6)
      expect(moved.extremePointsMm?.superior[2]).toBeCloseTo(moved.boxMm.max[2], 6)
    }
  })

  it('says that a structure is not in a scan whose field of view ends before it', async () => {
    // The landmark lies at the top of the scan, the organ 60 mm above.
    const size: Size3 = [56, 52, 24]
    const low = { ...ORGAN, name: 'Organ' }
    const far = await templateBank(model, [[0, 0, 0]])
    const moved: TemplateBank = {
      ...far,
      templates: far.templates.map((template) => ({
        ...template,
        structures: new Map(
          [...template.structures].map(([name, encoded]) => [
            name,
            {
              ...encoded,
              points: mapPoints(encoded.points, (point) => ({
                ...point,
                latent: latentOf(point.latent[0] + 90 / 1e6, point.latent[1], point.latent[2]),
              })),
            },
          ]),
        ),
      })),
    }
    const scan = phantom(size, orientedAffine(ORIENTATIONS[0], size, SPACING), [0, 0, 20])
    const { structures } = await localizeScan(
      { model, bank: moved, structures: [low], options: DEFAULT_RUN_OPTIONS },
      scan,
    )
    expect(structures[0].status).toBe('not-found')
    expect(structures[0].boxMm).toBeNull()
    expect(structures[0].reason).toMatch(/outside this scan|does not look like/)
  })
})

describe('localization and storage order', () => {
  it.each(ORIENTATIONS)('gives the same points when stored as $name', async (orientation) => {
    const model = await analyticDenseModel()
    const bank = await templateBank(model, [[0, 0, 0]])
    const marker: PointMm = [7, -5, 10]
    // The patient's own sizes and spacings, rearranged as the array stores them.
    const size = orientation.axes.map((axis) => SIZE[axis]) as unknown as Size3
    const spacing = orientation.axes.map((axis) => SPACING[axis]) as unknown as PointMm
    const scan = phantom(size, orientedAffine(orientation, size, spacing), marker)
    const found = await find(model, bank, scan)
    expect(largestErrorMm(found, organPoints(marker))).toBeLessThan(0.5)
  })

  it('finds the points in an oblique scan', async () => {
    const model = await analyticDenseModel()
    const bank = await templateBank(model, [[0, 0, 0]])
    const marker: PointMm = [7, -5, 10]
    const [c, s] = [Math.cos(0.3), Math.sin(0.3)]
    const tilt: Affine = [1, 0, 0, 0, 0, c, -s, 0, 0, s, c, 0, 0, 0, 0, 1]
    const scan = phantom(SIZE, multiplyAffine(tilt, orientedAffine(ORIENTATIONS[13], SIZE, SPACING)), marker)
    expect(largestErrorMm(await find(model, bank, scan), organPoints(marker))).toBeLessThan(0.75)
  })
})

describe('localization by both methods', () => {
  it('leaves MedLAM out of a draft where the scan is like the templates, and lets others start from it', async () => {
    const { scan, labels } = bodyAsVolume([52, 38, 54], [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1], (p) => p)
    const masks = templateMasks(labels, NAMES)
    const alignment = makeAlignmentTemplate({ id: 'body', scan: prepareScan(scan), masks }, [9, 6])
    const model = await analyticDenseModel()
    const liver = { name: 'Liver', labelValue: 3, color: '#aa0000' }
    const bank: TemplateBank = {
      ...(await templateBank(model, [])),
      structures: [liver],
      templates: [{ id: 'body', sha256: '', structures: new Map(), alignment }],
    }
    const localize = (quality: RunOptions['quality']): ReturnType<typeof localizeEmbedded> =>
      localizeEmbedded(
        { model, bank, structures: [liver], options: { ...DEFAULT_RUN_OPTIONS, method: 'auto', quality } },
        scan,
        () => {
          throw new Error('MedLAM is asked')
        },
      )
    const { structures, drafts } = await localize('draft')
    expect(structures[0]).toMatchObject({ name: 'Liver', status: 'found', foundBy: 'align' })
    expect(drafts.has('Liver')).toBe(true)
    await expect(localize('balanced')).rejects.toThrow('MedLAM is asked')
  })
})

function mapPoints<
  T extends (TemplateBank['templates'][number]['structures'] extends ReadonlyMap<string, infer S> ? S : never),
>(points: T['points'], of: (point: T['points']['left']) => T['points']['left']): T['points'] {
  return {
    inferior: of(points.inferior),
    posterior: of(points.posterior),
    right: of(points.right),
    superior: of(points.superior),
    anterior: of(points.anterior),
    left: of(points.left),
  }
}
