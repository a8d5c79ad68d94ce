import { describe, expect, it } from 'vitest'
import { fft3, goodLength, type ComplexArray } from '../../../../src/engine/alignment/fft.js'

function direct(
  data: ComplexArray,
  [nx, ny, nz]: readonly [number, number, number],
  k: readonly number[],
): readonly [number, number] {
  let [re, im] = [0, 0]
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at++) {
        const angle = -2 * Math.PI * ((k[0] * x) / nx + (k[1] * y) / ny + (k[2] * z) / nz)
        re += data.re[at] * Math.cos(angle) - data.im[at] * Math.sin(angle)
        im += data.re[at] * Math.sin(angle) + data.im[at] * Math.cos(angle)
      }
    }
  }
  return [re, im]
}

describe('fft3', () => {
  it('agrees with the sum it stands for, and its inverse restores the data', () => {
    const size = [6, 8, 9] as const
    const count = 6 * 8 * 9
    const data = { re: new Float32Array(count), im: new Float32Array(count) }
    for (let i = 0; i < count; i++) {
      data.re[i] = Math.sin(3 * i) + (i % 5)
      data.im[i] = Math.cos(7 * i)
    }
    const original = { re: data.re.slice(), im: data.im.slice() }
    const spare = { re: new Float32Array(count), im: new Float32Array(count) }
    fft3(data, size, spare)
    for (const k of [
      [0, 0, 0],
      [1, 2, 3],
      [5, 7, 8],
      [3, 0, 4],
    ]) {
      const [re, im] = direct(original, size, k)
      const at = k[0] + 6 * (k[1] + 8 * k[2])
      expect(data.re[at]).toBeCloseTo(re, 2)
      expect(data.im[at]).toBeCloseTo(im, 2)
    }
    fft3({ re: data.im, im: data.re }, size, spare)
    for (let i = 0; i < count; i++) expect(data.re[i] / count).toBeCloseTo(original.re[i], 4)
  })

  it('takes lengths of twos and threes', () => {
    expect([1, 5, 7, 17, 50, 97].map(goodLength)).toEqual([1, 6, 8, 18, 54, 108])
  })
})
