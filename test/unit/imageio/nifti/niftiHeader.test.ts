import { describe, expect, test } from 'vitest'
import { parseNiftiHeader, type NiftiHeader } from '../../../../src/imageio/nifti/niftiHeader.js'
import { applyAffine } from '../../../../src/shared/geometry/affine.js'
import { nifti, type NiftiSpec } from '../../../support/niftiFixture.js'

const headerOf = (spec: NiftiSpec): NiftiHeader => parseNiftiHeader(nifti(spec), 'scan.nii')

describe('The place of voxels', () => {
  const lps = { qformCode: 1, quaternion: [0, 0, 1], qoffset: [10, 20, 30] }

  test('is the sform where its code is set, even beside a qform', () => {
    const { affine } = headerOf({ ...lps, sformCode: 2, sform: [-1, 0, 0, 10, 0, -2, 0, 20, 0, 0, 3, 30] })
    expect(affine.slice(0, 12)).toEqual([-1, 0, 0, 10, 0, -2, 0, 20, 0, 0, 3, 30])
  })

  test('is the qform where only its code is set', () => {
    const header = headerOf({ ...lps, sformCode: 0 })
    expect(header.affine.slice(0, 12).map((v) => v + 0)).toEqual([-1, 0, 0, 10, 0, -2, 0, 20, 0, 0, 3, 30])
    expect(header.warnings).toEqual([])
  })

  test('of a left-handed qform has its third axis turned round', () => {
    const { affine } = headerOf({ ...lps, sformCode: 0, qfac: -1 })
    expect(affine[10]).toBe(-3)
  })

  test('of a qform survives a quaternion that rounding made longer than 1', () => {
    const { affine } = headerOf({
      sformCode: 0,
      qformCode: 1,
      quaternion: [0, Math.fround(Math.SQRT1_2 + 1e-7), Math.fround(Math.SQRT1_2 + 1e-7)],
    })
    expect(affine.every(Number.isFinite)).toBe(true)
    expect(affine[0]).toBeCloseTo(-1, 5)
  })

  test('is the spacing alone, with a warning, where neither is set', () => {
    const { affine, warnings } = headerOf({ sformCode: 0 })
    expect(affine.slice(0, 12)).toEqual([1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0])
    expect(warnings.join()).toMatch(/check left and right/)
  })

  test.each([
    ['is moved by 1.5 mm', { sform: [-1, 0, 0, 11.5, 0, -2, 0, 20, 0, 0, 3, 30] }, /1\.5 mm apart/],
    ['swaps left and right', { sform: [1, 0, 0, 10, 0, -2, 0, 20, 0, 0, 3, 30] }, /sides/],
    ['is turned by half a turn', { sform: [1, 0, 0, 10, 0, 2, 0, 20, 0, 0, 3, 30] }, /sides/],
  ])('comes with a warning when the sform %s', (_, spec, warning) => {
    const { warnings } = headerOf({ ...lps, ...spec })
    expect(warnings.join()).toMatch(warning)
  })

  test('comes without a warning when both agree within a millimetre', () => {
    const { warnings } = headerOf({ ...lps, sform: [-1, 0, 0, 10.9, 0, -2, 0, 20, 0, 0, 3, 30] })
    expect(warnings).toEqual([])
  })

  test.each([
    [0, 1],
    [1, 1000],
    [2, 1],
    [3, 0.001],
  ])('in unit %i is converted to mm by %f', (units, factor) => {
    const header = headerOf({
      units,
      pixdim: [1 / factor, 2 / factor, 3 / factor],
      sform: [1, 0, 0, -10, 0, 2, 0, -20, 0, 0, 3, -30].map((v) => v / factor),
    })
    applyAffine(header.affine, [1, 1, 1]).forEach((mm, i) => {
      expect(mm).toBeCloseTo([-9, -18, -27][i], 4)
    })
    header.spacingMm.forEach((mm, i) => {
      expect(mm).toBeCloseTo(i + 1, 5)
    })
  })
})
