import { symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { isNotFetched } from '../../../../src/engine/scanFiles/notFetched.js'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'
import { nifti } from '../../../support/niftiFixture.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const at = (name: string): string => path.join(folder, name)

it('says of a file whose content was not fetched that it is to be fetched', async () => {
  symlinkSync('../.git/annex/objects/k2.nii.gz', at('link.nii.gz'))
  writeFileSync(at('annex.nii.gz'), '/annex/objects/MD5E-s123--0123.nii.gz\n')
  writeFileSync(at('lfs.mha'), 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n')
  writeFileSync(
    at('x.nhdr'),
    'NRRD0004\ntype: short\ndimension: 3\nsizes: 2 2 2\nencoding: raw\nendian: little\ndata file: x.raw\n',
  )
  symlinkSync('nowhere', at('x.raw'))
  for (const name of ['link.nii.gz', 'annex.nii.gz', 'lfs.mha', 'x.nhdr'])
    await expect(readScan(at(name))).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringMatching(/^The content of .* was not fetched.*\.$/) as string,
    })
})

it('takes links that lead somewhere, small files and missing ones for what they are', async () => {
  writeFileSync(at('real.nii'), nifti())
  symlinkSync('real.nii', at('good.nii'))
  for (const name of ['real.nii', 'good.nii', 'missing.nii']) expect(await isNotFetched(at(name))).toBe(false)
})
