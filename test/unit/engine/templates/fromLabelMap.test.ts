import { beforeAll, describe, expect, it } from 'vitest'
import { makeSyntheticCt } from '../../../../src/lab/synthetic/syntheticCt.js'
import { unpackPrior } from '../../../../src/shared/node/packedPrior.js'
import { FULL_COVER } from '../../../../src/shared/organPrior.js'
import { convertLabelMap } from '../../../../src/engine/convert/convertLabelMap.js'
import { templateFromLabelMap } from '../../../../src/engine/templates/fromLabelMap.js'
import { writeLabelMap } from '../../../../src/engine/scanFiles/writeLabelMap.js'
import type { NewTemplate } from '../../../../src/shared/templateSetEdit.js'
import { DRAWN, writeLabelledSeries } from '../../../support/labelledSeries.js'
import { ORIENTATIONS, orientedAffine } from '../../../support/orientations.js'
import { NAMES, SIZE, templateScans } from '../../../support/templateScans.js'

const { at, writePair } = templateScans()

beforeAll(async () => {
  await writePair('a', 0)
})

describe('a template of a label map', () => {
  it('takes points, on voxel faces, with parts and connectedness', async () => {
    const { scan, structures } = await templateFromLabelMap(
      at('s.json'),
      at('a_ct.nii.gz'),
      at('a_seg.nii.gz'),
      NAMES,
      { maxParts: 3 },
    )
    expect(structures).toEqual(NAMES)
    const lump = scan.structures['Lump']
    expect(lump.onePiece).toBe(true)
    expect(lump.parts).toHaveLength(3)
    expect(unpackPrior(lump.appearance ?? '')?.cover.some((value) => value === FULL_COVER)).toBe(true)
    // Faces of voxels of 4 x 4 x 5 mm around the origin, patient right at the larger x.
    expect(lump.points.right[0]).toBeGreaterThan(lump.points.left[0])
    expect(lump.points.right[0]).toBeCloseTo(-lump.points.left[0], 3)
    expect(lump.points.superior[2]).toBeGreaterThan(lump.points.inferior[2])
  })

  it('takes SEG and RTSTRUCT on the scan, with the names they bring', async () => {
    const { folder, labelMap } = await writeLabelledSeries(at('dicom'))
    const made = (labels: string): Promise<NewTemplate> =>
      templateFromLabelMap(at('s.json'), folder, labels, DRAWN, { maxParts: 0 })
    const { scan } = await made(labelMap)
    for (const to of ['seg', 'rtstruct'] as const) {
      const { out } = await convertLabelMap({ labelMap, to, series: folder })
      const own = await made(out)
      expect(own.structures.map(({ name }) => name)).toEqual(DRAWN.map(({ name }) => name))
      for (const { name } of DRAWN) expect(own.scan.structures[name].points).toEqual(scan.structures[name].points)
    }
  })

  it('refuses a label map of another shape or place, naming both files', async () => {
    const synthetic = makeSyntheticCt({ seed: 1, lengthMm: 60 })
    await writeLabelMap(
      at('other.nii.gz'),
      synthetic.labels,
      { niftiHeader: null, size: synthetic.labels.size, affine: synthetic.labels.affine },
      NAMES,
    )
    await expect(
      templateFromLabelMap(at('s.json'), at('a_ct.nii.gz'), at('other.nii.gz'), NAMES, { maxParts: 0 }),
    ).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringMatching(/other\.nii\.gz.*a_ct\.nii\.gz/),
    })
    const moved = orientedAffine(ORIENTATIONS[0], SIZE, [4, 4, 5], [30, 0, 0])
    await writeLabelMap(
      at('moved.nii.gz'),
      { data: new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2]).fill(1), size: SIZE, affine: moved },
      { niftiHeader: null, size: SIZE, affine: moved },
      NAMES,
    )
    await expect(
      templateFromLabelMap(at('s.json'), at('a_ct.nii.gz'), at('moved.nii.gz'), NAMES, { maxParts: 0 }),
    ).rejects.toMatchObject({ kind: 'input' })
  })

  it('refuses values that nothing names where it is told to, and says which', async () => {
    await expect(
      templateFromLabelMap(at('s.json'), at('a_ct.nii.gz'), at('a_seg.nii.gz'), [], { maxParts: 0, unnamed: 'refuse' }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/^Nothing names the label values? /) as string,
      remedy: { option: 'nameLabels', labelValues: NAMES.map(({ labelValue }) => labelValue) },
    })
  })
})
