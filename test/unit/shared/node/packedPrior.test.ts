import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packPrior, unpackPrior } from '../../../../src/shared/node/packedPrior.js'
import { COVER_CELLS, FULL_COVER, HU_BINS } from '../../../../src/shared/organPrior.js'

const cells = COVER_CELLS.columns * COVER_CELLS.rows * COVER_CELLS.slices
const histogram = fc.uint16Array({ minLength: HU_BINS.count, maxLength: HU_BINS.count, max: 10_000 })

describe('priors in a template set', () => {
  it('come out of their text as they went in', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: cells, maxLength: cells, max: FULL_COVER }),
        histogram,
        histogram,
        (cover, organHu, surroundingsHu) => {
          expect(unpackPrior(packPrior({ cover, organHu, surroundingsHu }))).toEqual({
            cover,
            organHu,
            surroundingsHu,
          })
        },
      ),
      { numRuns: 20 },
    )
  })

  it('are refused when the text is anything else', () => {
    fc.assert(
      fc.property(fc.base64String(), (text) => {
        expect(unpackPrior(text)).toBeNull()
      }),
    )
    const [organHu, surroundingsHu] = [new Uint16Array(HU_BINS.count), new Uint16Array(HU_BINS.count)]
    const packed = packPrior({ cover: new Uint8Array(cells), organHu, surroundingsHu })
    expect(unpackPrior(packed.slice(0, packed.length / 2))).toBeNull()
    expect(
      unpackPrior(packPrior({ cover: new Uint8Array(cells).fill(FULL_COVER + 1), organHu, surroundingsHu })),
    ).toBeNull()
    // Ten million zeros pack into a few thousand characters and must not be unpacked.
    expect(unpackPrior(deflateRawSync(Buffer.alloc(10_000_000)).toString('base64'))).toBeNull()
  })
})
