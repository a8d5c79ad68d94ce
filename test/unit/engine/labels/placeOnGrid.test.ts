import { describe, expect, it } from 'vitest'
import { placeOnGrid } from '../../../../src/engine/labels/placeOnGrid.js'
import type { LabelVolume } from '../../../../src/shared/geometry/volume.js'
import { ORIENTATIONS, orientedAffine } from '../../../support/orientations.js'

const SIZE = [10, 8, 6] as const

/** Two blocks, of the values 1 and 2. */
function blocks(): LabelVolume {
  const data = new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2])
  for (const [value, from, to] of [
    [1, 1, 4],
    [2, 6, 8],
  ])
    for (let z = 2; z < 5; z++)
      for (let y = 2; y < 5; y++) for (let x = from; x <= to; x++) data[x + SIZE[0] * (y + SIZE[1] * z)] = value
  return { data, size: SIZE, affine: orientedAffine(ORIENTATIONS[0], SIZE, [2, 2, 3]) }
}

describe('placing a label map on the grid of another', () => {
  it.each(ORIENTATIONS)('changes nothing where only the storage order differs ($name)', (orientation) => {
    const truth = blocks()
    const size = orientation.axes.map((axis) => truth.size[axis]) as [number, number, number]
    const spacing = orientation.axes.map((axis) => [2, 2, 3][axis]) as [number, number, number]
    const turned = placeOnGrid(truth, { size, affine: orientedAffine(orientation, size, spacing) }, 'a', 'b').labels
    const back = placeOnGrid(turned, truth, 'turned', 'truth', false)
    expect(back.warning).toBeNull()
    expect(back.labels.data).toEqual(truth.data)
  })

  it('samples another grid and says so, or refuses it', () => {
    const truth = blocks()
    const coarse: LabelVolume = {
      data: new Uint8Array(5 * 4 * 3).fill(1),
      size: [5, 4, 3],
      affine: orientedAffine(ORIENTATIONS[0], [5, 4, 3], [4, 4, 6]),
    }
    const placed = placeOnGrid(coarse, truth, 'coarse', 'truth')
    expect(placed.labels.size).toEqual(truth.size)
    expect(placed.warning).toMatch(/coarse lies on another grid than truth \(5 x 4 x 3 .* was resampled/)
    expect(() => placeOnGrid(coarse, truth, 'coarse', 'truth', false)).toThrow(/another grid/)
  })
})
