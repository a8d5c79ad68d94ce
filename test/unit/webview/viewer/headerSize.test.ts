import { describe, expect, it } from 'vitest'
import { promisedBytes } from '../../../../src/webview/viewer/headerSize.js'

const bytes = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer

describe('what a text header promises', () => {
  it.each([
    ['NRRD0004\ntype: short\ndimension: 3\nsizes: 123 70 99\nencoding: gzip\n\nxx', 123 * 70 * 99 * 2],
    ['NRRD0004\ntype: unsigned char\nsizes: 10 10 10\n\n', 1000],
    ['NRRD0005\r\ntype: double\r\nsizes: 10 10 10\r\n\r\n', 8000],
    ['ObjectType = Image\nDimSize = 5000 5000 5000\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n', 5e11],
    ['ObjectType = Image\nDimSize = 4 4 4\nElementType = MET_USHORT\nElementDataFile = LOCAL\n', 128],
  ])('is read from %j', (text, expected) => {
    expect(promisedBytes(bytes(text))).toBe(expected)
  })

  it('is unknown where the header does not say', () => {
    expect(promisedBytes(bytes('no header at all'))).toBeNull()
  })
})
