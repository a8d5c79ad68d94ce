import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readHeaders } from '../../../../src/engine/dicom/readHeaders.js'
import { plainValues } from '../../../../src/engine/dicom/plainPixels.js'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'
import { GRID, RLE_LOSSLESS, sliceAt, writeSlices, type SliceFacts } from '../../../support/dicomFixture.js'
import { tempFolder } from '../../../support/tempFolder.js'
import { readFileSync } from 'node:fs'

const top = tempFolder()
const PIXELS = GRID.columns * GRID.rows

/** Values that reach from one end of what so many bits hold to the other. */
function spread(bits: number, isSigned: boolean): number[] {
  const [from, count] = [isSigned ? -(2 ** (bits - 1)) : 0, 2 ** bits]
  return Array.from({ length: PIXELS }, (_, i) => from + Math.round((i * (count - 1)) / (PIXELS - 1)))
}

describe('Uncompressed slices have the HU that ITK reads', () => {
  const KINDS: readonly (readonly [string, SliceFacts])[] = [
    ['12 bits', { bitsStored: 12, stored: spread(12, false) }],
    ['12 bits with a sign', { bitsStored: 12, isSigned: true, stored: spread(12, true) }],
    ['16 bits', { stored: spread(16, false) }],
    ['16 bits with a sign', { isSigned: true, stored: spread(16, true) }],
    ['a slope that is a fraction', { bitsStored: 12, stored: spread(12, false), slope: 0.488 }],
    ['a slope of tens', { stored: spread(16, false), slope: 37, intercept: 5 }],
  ]
  test.each(KINDS)('%s', async (name, facts) => {
    const both = [facts, { ...facts, transferSyntaxUid: RLE_LOSSLESS }].map((each, index) => {
      const folder = path.join(top, `${name.replaceAll(' ', '-')}-${index}`)
      writeSlices(
        folder,
        [0, 1].map((z) => sliceAt(z, each)),
      )
      return folder
    })
    // Some reach beyond CT.
    const [plain, packed] = [await readScan(both[0], { forceHu: true }), await readScan(both[1], { forceHu: true })]
    expect(plain.data).toEqual(packed.data)
    const { headers } = await readHeaders([path.join(both[0], 'IM0'), path.join(both[1], 'IM0')])
    const values = headers.map((header) => plainValues([header], [readFileSync(header.file)]))
    expect(values[0]).toHaveLength(PIXELS)
    expect(values[1]).toBeNull()
  })

  test('but where unused bits hold something it is left to ITK', async () => {
    const stored = spread(12, false).map((value, i) => (i === 7 ? value | 0x4000 : value))
    const [file] = writeSlices(
      path.join(top, 'overlay'),
      [0, 1].map((z) => sliceAt(z, { bitsStored: 12, stored })),
    )
    const { headers } = await readHeaders([file])
    expect(plainValues(headers, [readFileSync(file)])).toBeNull()
    expect((await readScan(file)).size).toEqual([GRID.columns, GRID.rows, 2])
  })
})
