import path from 'node:path'
import { expect, it } from 'vitest'
import { isTemporaryNameOf, temporaryPathOf } from '../../../../src/shared/node/temporaryNames.js'

it('gives temporary files names that tell what they were to become', () => {
  const [one, other] = [temporaryPathOf('a/b.nii.gz'), temporaryPathOf('a/b.nii.gz')]
  expect(path.dirname(one)).toBe('a')
  expect(other).not.toBe(one)
  expect(isTemporaryNameOf(path.basename(one), 'b.nii.gz')).toBe(true)
  for (const name of ['b.nii.gz', '.b.nii.gz.part', '.b.nii.gz.0123456789ab.part.x', '.a.nii.gz.0123456789ab.part'])
    expect(isTemporaryNameOf(name, 'b.nii.gz')).toBe(false)
})
