import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fillContours } from '../../../../src/engine/labels/fillContours.js'
import { traceContours, type PixelContour } from '../../../../src/engine/labels/traceContours.js'

interface Picture {
  readonly columns: number
  readonly rows: number
  readonly pixels: readonly boolean[]
}

function contoursOf({ columns, rows, pixels }: Picture): PixelContour[] {
  return traceContours({ columns, rows, isInside: (x, y) => pixels[x + columns * y] })
}

function filled(contours: readonly PixelContour[], { columns, rows }: Picture): boolean[] {
  const pixels = Array.from({ length: columns * rows }, () => false)
  fillContours(contours, { columns, rows }, (x, y) => (pixels[x + columns * y] = true))
  return pixels
}

/** Of lines with `#` for pixels inside. */
function picture(...lines: readonly string[]): Picture {
  const pixels = lines.flatMap((line) => line.split('').map((each) => each === '#'))
  return { columns: lines[0].length, rows: lines.length, pixels }
}

const pictures = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([columns, rows]) =>
    fc
      .array(fc.boolean(), { minLength: columns * rows, maxLength: columns * rows })
      .map((pixels): Picture => ({ columns, rows, pixels })),
  )

describe('Contours of a mask', () => {
  test('hold exactly its pixels, whatever its shape', () => {
    fc.assert(
      fc.property(pictures, (each) => {
        expect(filled(contoursOf(each), each)).toEqual(each.pixels)
      }),
      { numRuns: 500 },
    )
  })

  test('hold them also when their points are moved by what decimals lose', () => {
    fc.assert(
      fc.property(pictures, fc.integer({ min: 1, max: 1000 }), (each, seed) => {
        const moved = contoursOf(each).map((contour) =>
          contour.map((value) => value + 1e-5 * Math.sin(seed * 100 * value)),
        )
        expect(filled(moved, each)).toEqual(each.pixels)
      }),
      { numRuns: 300 },
    )
  })

  test('are one for a shape with holes: a keyhole leads to each', () => {
    const ring = picture('.......', '.#####.', '.#.#.#.', '.#####.', '.......')
    const [contour, ...more] = contoursOf(ring)
    expect(more).toEqual([])
    // The channels lie on the middle row, from the left edge to the first hole and from there to the second.
    expect(filled([contour], ring)).toEqual(ring.pixels)
  })

  test('are one per piece, and have no points on straight lines', () => {
    const pieces = picture('###..', '###..', '.....', '...##')
    const contours = contoursOf(pieces)
    expect(contours.length).toBe(2)
    expect(contours.map((contour) => contour.length / 2)).toEqual([8, 6])
  })
})

describe('Pixels of contours', () => {
  test('lie in an odd number of them, so a hole may be a contour of its own', () => {
    const square = [-0.5, -0.5, 4.5, -0.5, 4.5, 4.5, -0.5, 4.5]
    const hole = [0.5, 0.5, 3.5, 0.5, 3.5, 3.5, 0.5, 3.5]
    const drawn = picture('#####', '#...#', '#...#', '#...#', '#####')
    expect(filled([square, hole], drawn)).toEqual(drawn.pixels)
  })

  test('are those inside the picture only', () => {
    const seen: string[] = []
    fillContours([[-9, -9, 20, -9, 20, 20, -9, 20]], { columns: 2, rows: 2 }, (x, y) => seen.push(`${x},${y}`))
    expect(seen.sort()).toEqual(['0,0', '0,1', '1,0', '1,1'])
  })
})
