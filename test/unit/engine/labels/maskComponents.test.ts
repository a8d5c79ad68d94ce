import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillHolesPerSlice, keepLargestComponent } from '../../../../src/engine/labels/maskComponents.js'

/** A mask drawn with one string per row, slices separated by empty lines. */
function draw(text: string): { mask: Uint8Array; size: [number, number, number] } {
  const slices = text
    .trim()
    .split(/\n\s*\n/)
    .map((slice) => slice.trim().split(/\s+/))
  const mask = Uint8Array.from(slices.flat().join(''), (c) => (c === '#' ? 1 : 0))
  return { mask, size: [slices[0][0].length, slices[0].length, slices.length] }
}

describe('keepLargestComponent', () => {
  it('keeps pieces that touch by a corner together, and removes the rest', () => {
    const { mask, size } = draw(`
      ##...
      ##...
      ....#

      ..#..
      .....
      ....#`)
    expect(keepLargestComponent(mask, size)).toBe(2)
    expect(mask).toEqual(draw('##... ##... .....\n\n..#.. ..... .....').mask)
  })

  it('leaves an empty mask alone', () => {
    const mask = new Uint8Array(8)
    expect(keepLargestComponent(mask, [2, 2, 2])).toBe(0)
    expect(mask).toEqual(new Uint8Array(8))
  })

  it('agrees with flooding, never adds a voxel, and changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 60, maxLength: 60, max: 1 }), (mask) => {
        const sparse = mask.map((value, i) => (value === 1 && i % 3 !== 0 ? 1 : 0))
        const expected = largestByFlooding(sparse, [5, 4, 3])
        keepLargestComponent(sparse, [5, 4, 3])
        expect(sparse).toEqual(expected)

        const kept = mask.slice()
        const removed = keepLargestComponent(kept, [5, 4, 3])
        expect(kept.every((value, i) => value <= mask[i])).toBe(true)
        expect(removed).toBe(mask.filter((v) => v === 1).length - kept.filter((v) => v === 1).length)
        const again = kept.slice()
        expect(keepLargestComponent(again, [5, 4, 3])).toBe(0)
        expect(again).toEqual(kept)
      }),
    )
  })
})

/** The plain way: floods from every voxel. */
function largestByFlooding(mask: Uint8Array, [width, height]: readonly [number, number, number]): Uint8Array {
  const left = mask.slice()
  let largest: number[] = []
  left.forEach((value, seed) => {
    if (value === 0) return
    left[seed] = 0
    const piece = [seed]
    for (const voxel of piece) {
      const [x, y, z] = [voxel % width, Math.floor(voxel / width) % height, Math.floor(voxel / (width * height))]
      left.forEach((other, i) => {
        const [dx, dy, dz] = [
          (i % width) - x,
          (Math.floor(i / width) % height) - y,
          Math.floor(i / (width * height)) - z,
        ]
        if (other === 0 || Math.max(Math.abs(dx), Math.abs(dy), Math.abs(dz)) > 1) return
        left[i] = 0
        piece.push(i)
      })
    }
    if (piece.length > largest.length) largest = piece
  })
  return mask.map((_, i) => (largest.includes(i) ? 1 : 0))
}

describe('fillHolesPerSlice', () => {
  it('fills what a slice encloses, not what is open or reaches the border', () => {
    const { mask, size } = draw(`
      .####.
      .#..#.
      .####.
      .....#

      .####.
      .#..#.
      .##.#.
      .....#`)
    expect(fillHolesPerSlice(mask, size)).toBe(2)
    expect(mask).toEqual(draw('.####. .####. .####. .....#\n\n.####. .#..#. .##.#. .....#').mask)
  })
})
