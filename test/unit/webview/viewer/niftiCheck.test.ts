import { describe, expect, it } from 'vitest'
import { niftiProblem } from '../../../../src/webview/viewer/niftiCheck.js'

function nifti(size: readonly number[], dataType: number, bytes: number, little = true): ArrayBuffer {
  const buffer = new ArrayBuffer(352 + bytes)
  const view = new DataView(buffer)
  view.setInt32(0, 348, little)
  view.setInt16(40, 3, little)
  size.forEach((n, axis) => {
    view.setInt16(42 + 2 * axis, n, little)
  })
  view.setInt16(70, dataType, little)
  view.setFloat32(108, 352, little)
  return buffer
}

describe('a NIfTI file', () => {
  it('passes in both byte orders', () => {
    expect(niftiProblem(nifti([4, 4, 4], 4, 128))).toBeNull()
    expect(niftiProblem(nifti([4, 4, 4], 4, 128, false))).toBeNull()
  })

  it.each([
    ['that is cut short', nifti([4, 4, 4], 4, 100), /cut short/],
    ['that is flat', nifti([4, 4, 1], 4, 128), /flat image/],
    ['of no size', nifti([4, 0, 4], 4, 128), /no volume/],
    ['of colours', nifti([4, 4, 4], 128, 256), /colours/],
    ['of an unknown data type', nifti([4, 4, 4], 7, 256), /data type 7/],
    ['with another beginning', new ArrayBuffer(400), /not a NIfTI/],
    ['without a header', new ArrayBuffer(10), /too short/],
  ])('%s is refused with a sentence', (_, buffer, problem) => {
    expect(niftiProblem(buffer)).toMatch(problem)
  })
})
