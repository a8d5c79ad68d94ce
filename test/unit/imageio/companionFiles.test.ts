import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { companionFiles } from '../../../src/imageio/companionFiles.js'
import { nifti } from '../../support/niftiFixture.js'
import { metaFile, nrrdFile } from '../../support/textImageZoo.js'

const companions = (name: string, bytes: Uint8Array): Promise<readonly (readonly string[])[]> =>
  companionFiles(new Map([[name, Uint8Array.from(bytes)]]), name)
const NONE = Buffer.alloc(0)

describe('The files that belong to an image', () => {
  it.each([
    ['a.nii', nifti()],
    ['a.nii.gz', gzipSync(nifti())],
    ['a.nrrd', nrrdFile()],
    ['a.mha', metaFile()],
    ['a.txt', Buffer.from('no image')],
  ])('are none beside one that holds all: %s', async (name, bytes) => {
    expect(await companions(name, bytes)).toEqual([])
  })

  it('are the voxels of a pair, plain or packed', async () => {
    const header = nifti({ magic: 'ni1\0' }).subarray(0, 348)
    expect(await companions('a.hdr', header)).toEqual([['a.img', 'a.img.gz', 'a.IMG']])
  })

  it('are those that a text header names, each once', async () => {
    expect(await companions('a.mhd', metaFile({ ElementDataFile: './below/x.raw' }, NONE))).toEqual([['below/x.raw']])
    expect(await companions('a.nhdr', nrrdFile({ 'data file': 's%02d.raw 1 2 1' }, NONE))).toEqual([
      ['s01.raw'],
      ['s02.raw'],
    ])
  })

  it('are never outside of its folder', async () => {
    await expect(companions('a.mhd', metaFile({ ElementDataFile: '../x.raw' }, NONE))).rejects.toThrow(/outside/)
  })
})
