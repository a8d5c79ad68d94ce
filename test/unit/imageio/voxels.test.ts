import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asNumbers, swapBytes } from '../../../src/imageio/voxels.js'

describe('swapBytes', () => {
  test('reverses the bytes of every number, wherever the bytes lie in their buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 8 }), fc.nat(7), (numbers, offset) => {
        for (const width of [1, 2, 4, 8] as const) {
          const bytes = Uint8Array.from({ length: width * numbers.length }, (_, i) => numbers[i % numbers.length] ^ i)
          const moved = new Uint8Array(offset + bytes.length).subarray(offset)
          moved.set(bytes)
          swapBytes(moved, width)
          const expected = Buffer.from(bytes)
          if (width === 2) expected.swap16()
          if (width === 4) expected.swap32()
          if (width === 8) expected.swap64()
          expect([...moved]).toEqual([...expected])
        }
      }),
    )
  })
})

test('asNumbers reads either byte order', () => {
  expect(asNumbers(Uint8Array.of(0x34, 0x12, 0xff, 0xff), 'int16', true)).toEqual(Int16Array.of(0x1234, -1))
  expect(asNumbers(Uint8Array.of(0x12, 0x34, 0xff, 0xff), 'int16', false)).toEqual(Int16Array.of(0x1234, -1))
})
