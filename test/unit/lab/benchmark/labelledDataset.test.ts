import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawSupport, findDataset, namedScans } from '../../../../src/lab/benchmark/labelledDataset.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()

function put(...files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(
      path.join(folder, file),
      file.endsWith('labels.json')
        ? '{"labels": {"1": "Liver", "2": "Spleen"}}'
        : file.endsWith('dataset.json')
          ? '{"labels": {"background": 0, "liver": 1}, "channel_names": {"0": "CT"}}'
          : '',
    )
  }
}

describe('labelled data sets', () => {
  it('are scans with label maps beside them, named in the folder or above it', async () => {
    put(
      'flat/labels.json',
      'flat/dev/b_ct.nii.gz',
      'flat/dev/b_seg.nii.gz',
      'flat/dev/a_ct.nii.gz',
      'flat/dev/a_dseg.nii.gz',
      'flat/dev/c_ct.nii.gz',
      'flat/dev/sub/d_ct.nii.gz',
      'flat/dev/sub/d_seg.nii.gz',
    )
    const { scans, structures } = await findDataset(path.join(folder, 'flat/dev'))
    expect(scans.map(({ id }) => id)).toEqual(['a', 'b', 'sub-d'])
    expect(scans[0]).toMatchObject({
      scan: path.join(folder, 'flat/dev/a_ct.nii.gz'),
      labels: path.join(folder, 'flat/dev/a_dseg.nii.gz'),
    })
    expect(structures.map(({ name, labelValue }) => [labelValue, name])).toEqual([
      [1, 'Liver'],
      [2, 'Spleen'],
    ])
  })

  it('may be laid out as nnU-Net does', async () => {
    put(
      'nnunet/dataset.json',
      'nnunet/imagesTr/liver_1_0000.nii.gz',
      'nnunet/labelsTr/liver_1.nii.gz',
      'nnunet/imagesTr/liver_2_0000.nii.gz',
      'nnunet/labelsTr/liver_2.nii.gz',
      'nnunet/imagesTs/liver_3_0000.nii.gz',
    )
    const { scans, structures } = await findDataset(path.join(folder, 'nnunet'))
    expect(scans.map(({ id }) => id)).toEqual(['liver_1', 'liver_2'])
    expect(structures).toMatchObject([{ name: 'liver', labelValue: 1 }])
  })

  it('need pairs and names', async () => {
    put('bare/a_ct.nii.gz', 'bare/a_seg.nii.gz', 'lonely/labels.json', 'lonely/a_ct.nii.gz', 'lonely/b_seg.nii.gz')
    await expect(findDataset(path.join(folder, 'bare'))).rejects.toThrow(/Nothing names the label values/)
    await expect(findDataset(path.join(folder, 'lonely'))).rejects.toThrow(/no scan with a label map/)
    put(
      'twins/labels.json',
      'twins/a/b_ct.nii.gz',
      'twins/a/b_seg.nii.gz',
      'twins/a-b_ct.nii.gz',
      'twins/a-b_seg.nii.gz',
    )
    await expect(findDataset(path.join(folder, 'twins'))).rejects.toThrow(/Two scans of .* make one case \(a-b\)/)
  })
})

describe('support scans', () => {
  const scans = Array.from({ length: 20 }, (_, i) => ({ id: `s${i}`, scan: '', labels: '' }))

  it('are drawn by the seed, without repetition', () => {
    const ids = (seed: number, k: number): string[] => drawSupport(scans, k, seed).map(({ id }) => id)
    expect(ids(1, 5)).toEqual(ids(1, 5))
    expect(ids(1, 5)).not.toEqual(ids(2, 5))
    expect(new Set(ids(3, 20)).size).toBe(20)
    // More support keeps what there was, so that numbers of templates can be compared.
    expect(ids(1, 10).slice(0, 5)).toEqual(ids(1, 5))
    const drawn = new Set(Array.from({ length: 200 }, (_, seed) => ids(seed, 1)[0]))
    expect(drawn.size).toBe(20)
  })

  it('can be named', () => {
    expect(namedScans(scans, ['s3', 's1']).map(({ id }) => id)).toEqual(['s3', 's1'])
    expect(() => namedScans(scans, ['s99'])).toThrow(/no scan "s99"/)
  })
})
