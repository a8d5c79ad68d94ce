import { describe, expect, test } from 'vitest'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { nifti, temporaryFolder, TYPES, type TypeName } from '../../../support/niftiFixture.js'

const { put } = temporaryFolder()
let files = 0
const name = (): string => `labels${files++}.nii.gz`

describe('readLabelMap', () => {
  test('keeps labels in the smallest unsigned type, whatever they were stored as', async () => {
    for (const type of Object.keys(TYPES) as TypeName[]) {
      const values = Array.from({ length: 24 }, (_, i) => i % 3)
      expect((await readLabelMap(put(name(), nifti({ type, values })))).data).toEqual(Uint8Array.from(values))
    }
    const wide = Array.from({ length: 24 }, (_, i) => i * 300)
    expect((await readLabelMap(put(name(), nifti({ type: 'float32', values: wide })))).data).toEqual(
      Uint16Array.from(wide),
    )
    const widest = Array.from({ length: 24 }, (_, i) => i * 100000)
    expect((await readLabelMap(put(name(), nifti({ type: 'int64', values: widest })))).data).toEqual(
      Uint32Array.from(widest),
    )
  })

  test('accepts a label map that is empty', async () => {
    expect((await readLabelMap(put(name(), nifti({ values: new Array<number>(24).fill(0) })))).data).toEqual(
      new Uint8Array(24),
    )
  })
})
