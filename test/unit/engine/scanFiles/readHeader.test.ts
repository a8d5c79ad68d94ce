import { expect, describe, test } from 'vitest'
import { readHeader } from '../../../../src/engine/scanFiles/readHeader.js'
import { niftiHeader, temporaryFolder } from '../../../support/niftiFixture.js'

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
