import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillHolesPerSlice, keepLargestComponent } from '../../../src/engine/sam/components.js'

/** A mask drawn with one string per row, slices separated by empty lines. */
function draw(text: string): { mask: Uint8Array; size: [number, number, number] } {
  const slices = text.trim().split(/\n\s*\n/).map((slice) => slice.trim().split(/\s+/))
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

  it('never adds a voxel and changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 60, maxLength: 60, max: 1 }), (mask) => {
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
