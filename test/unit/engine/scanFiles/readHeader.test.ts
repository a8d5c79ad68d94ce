import { describe, expect, it, test } from 'vitest'
import { readHeader } from '../../../../src/engine/scanFiles/readHeader.js'
import { nifti, niftiHeader, temporaryFolder } from '../../../support/niftiFixture.js'

const { put } = temporaryFolder()

describe('readHeader', () => {
  test('tells of a scan what can be told without its voxels', async () => {
    const file = put('scan.nii', niftiHeader({ dims: [512, 512, 300, 7], type: 'float64' }))
    expect(await readHeader(file)).toMatchObject({
      size: [512, 512, 300],
      spacingMm: [1, 2, 3],
      dtype: 'float64',
      timePoints: 7,
      warnings: [],
    })
  })
})

describe('Voxel sizes that cannot be', () => {
  it.each([-1, 0, Number.NaN, 1e9, Infinity])('do no harm beside a good sform: %s', async (odd) => {
    const plain = await readHeader(put('good.nii', nifti()))
    const { affine, spacingMm, warnings } = await readHeader(put('odd.nii', nifti({ pixdim: [odd, 2, 3] })))
    expect({ affine, spacingMm }).toEqual({ affine: plain.affine, spacingMm: plain.spacingMm })
    expect(warnings).toHaveLength(1)
  })

  it('lose their sign without a sform, with a warning', async () => {
    for (const codes of [{ sformCode: 0 }, { sformCode: 0, qformCode: 1 }]) {
      const { spacingMm, warnings } = await readHeader(put('sign.nii', nifti({ ...codes, pixdim: [-1, 2, -3] })))
      expect(spacingMm).toEqual([1, 2, 3])
      expect(warnings.join(' ')).toMatch(/the sign is ignored/)
    }
  })
})
