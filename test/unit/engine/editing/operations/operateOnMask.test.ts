import { describe, expect, it } from 'vitest'
import type { MaskOperation } from '../../../../../src/shared/maskOperation.js'
import type { PointMm, Size3 } from '../../../../../src/shared/geometry/points.js'
import type { LabelVolume } from '../../../../../src/shared/geometry/volume.js'
import { operateOnMask, operationReachMm } from '../../../../../src/engine/editing/operations/operateOnMask.js'
import { cutStructure, storedBox } from '../../../../../src/engine/editing/operations/structureMask.js'
import { labelExtents } from '../../../../../src/engine/labels/extremePoints.js'
import { ORIENTATIONS, orientedAffine, storeAs } from '../../../../support/orientations.js'

type Inside = (x: number, y: number, z: number) => boolean

/** A label map of one structure, stored along RAS. */
function volume(size: Size3, spacing: PointMm, inside: Inside): LabelVolume & { readonly data: Uint8Array } {
  const data = new Uint8Array(size[0] * size[1] * size[2])
  for (let z = 0, at = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++) for (let x = 0; x < size[0]; x++, at++) data[at] = inside(x, y, z) ? 1 : 0
  return { data, size, affine: orientedAffine(ORIENTATIONS[0], size, spacing) }
}

const box =
  (from: Size3, to: Size3): Inside =>
  (x, y, z) =>
    [x, y, z].every((at, axis) => at >= from[axis] && at <= to[axis])

/** Canonical voxels of the structure after an operation, as `x,y,z`. */
async function operate(
  labels: LabelVolume,
  operation: MaskOperation,
  editedSlices: readonly number[] = [],
): Promise<Set<string>> {
  const mask = cutStructure(labels, labelExtents(labels)[0], operationReachMm(operation, 5))
  const after = await operateOnMask(mask, operation, editedSlices)
  const [w, h] = mask.size
  const voxels = new Set<string>()
  after.forEach((value, i) => {
    const at = [i % w, Math.floor(i / w) % h, Math.floor(i / (w * h))].map(
      (along, axis) => along + mask.block.from[axis],
    )
    if (value !== 0) voxels.add(at.join())
  })
  return voxels
}

function voxelsOf(size: Size3, inside: Inside): Set<string> {
  const voxels = new Set<string>()
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++) if (inside(x, y, z)) voxels.add([x, y, z].join())
  return voxels
}

const SIZE: Size3 = [12, 11, 9]

describe('operations on the mask of a structure', () => {
  it('fill a tunnel in each slice, and only what is closed all around in the volume', async () => {
    const whole = box([2, 2, 1], [8, 8, 7])
    const tunnel: Inside = (x, y) => x === 4 && y === 4
    const cavity: Inside = (x, y, z) => x === 6 && y === 6 && z === 4
    const holed = volume(SIZE, [1, 1, 2], (x, y, z) => whole(x, y, z) && !tunnel(x, y, z) && !cavity(x, y, z))
    expect(await operate(holed, { kind: 'fillHoles', within: 'slice' })).toEqual(voxelsOf(SIZE, whole))
    expect(await operate(holed, { kind: 'fillHoles', within: 'volume' })).toEqual(
      voxelsOf(SIZE, (x, y, z) => whole(x, y, z) && !tunnel(x, y, z)),
    )
  })

  it('keep the largest piece, or all but islands that are smaller than a volume', async () => {
    const large = box([1, 1, 1], [4, 4, 4])
    const middle = box([7, 1, 1], [8, 2, 2])
    const small = box([10, 9, 7], [10, 9, 7])
    // 8 voxels of 1 x 1 x 2 mm are 0.016 ml.
    const labels = volume(SIZE, [1, 1, 2], (x, y, z) => large(x, y, z) || middle(x, y, z) || small(x, y, z))
    expect(await operate(labels, { kind: 'keepLargest' })).toEqual(voxelsOf(SIZE, large))
    const kept = voxelsOf(SIZE, (x, y, z) => large(x, y, z) || middle(x, y, z))
    expect(await operate(labels, { kind: 'removeIslands', belowMl: 0.016 })).toEqual(kept)
    expect(await operate(labels, { kind: 'removeIslands', belowMl: 0.017 })).toEqual(voxelsOf(SIZE, large))
    // The largest stays, however small.
    expect(await operate(labels, { kind: 'removeIslands', belowMl: 99 })).toEqual(voxelsOf(SIZE, large))
  })

  it('grow and shrink by millimetres, with spacing that differs by axis', async () => {
    const labels = volume(SIZE, [1, 2, 4], box([5, 5, 4], [5, 5, 4]))
    const reached = voxelsOf(SIZE, (x, y, z) => Math.hypot(x - 5, 2 * (y - 5), 4 * (z - 4)) <= 4)
    expect(await operate(labels, { kind: 'grow', byMm: 4 })).toEqual(reached)
    expect(reached.has('5,5,5')).toBe(true)
    const cube = volume(SIZE, [1, 2, 4], box([2, 2, 1], [9, 8, 7]))
    expect(await operate(cube, { kind: 'shrink', byMm: 2 })).toEqual(voxelsOf(SIZE, box([4, 3, 1], [7, 7, 7])))
    await expect(operate(cube, { kind: 'shrink', byMm: 40 })).rejects.toThrow(/Nothing would be left/)
  })

  it('does not shrink where the field of view cuts the structure', async () => {
    const cut = volume(SIZE, [1, 1, 1], box([0, 0, 0], [11, 10, 5]))
    expect(await operate(cut, { kind: 'shrink', byMm: 2 })).toEqual(voxelsOf(SIZE, box([0, 0, 0], [11, 10, 3])))
  })

  it('smooth a spike and a dent away and keep the volume', async () => {
    const size: Size3 = [24, 24, 24]
    const ball: Inside = (x, y, z) => Math.hypot(x - 11, y - 11, z - 11) <= 7
    const spike: Inside = (x, y, z) => y === 11 && z === 11 && x > 11 && x < 22
    const dent: Inside = (x, y, z) => y === 11 && z === 11 && x < 7
    const labels = volume(size, [1, 1, 1], (x, y, z) => (ball(x, y, z) && !dent(x, y, z)) || spike(x, y, z))
    const before = voxelsOf(size, (x, y, z) => labels.data[x + 24 * (y + 24 * z)] === 1)
    const after = await operate(labels, { kind: 'smooth', byMm: 2 })
    expect(after.has('21,11,11')).toBe(false)
    expect(after.has('5,11,11')).toBe(true)
    expect(Math.abs(after.size / before.size - 1)).toBeLessThan(0.02)
  })

  it('put a slice into its neighbour, also where nothing was drawn yet', async () => {
    const labels = volume(SIZE, [1, 1, 5], box([2, 2, 4], [6, 7, 4]))
    const { affine } = labels
    const atMm: PointMm = [0, 0, affine[11] + 5 * 4]
    for (const [toward, to] of [
      ['superior', 5],
      ['inferior', 3],
    ] as const) {
      const wanted = voxelsOf(SIZE, box([2, 2, Math.min(4, to)], [6, 7, Math.max(4, to)]))
      expect(await operate(labels, { kind: 'copySlice', atMm, toward })).toEqual(wanted)
    }
    await expect(
      operate(labels, { kind: 'copySlice', atMm: [0, 0, affine[11] + 30], toward: 'superior' }),
    ).rejects.toThrow(/holds nothing/)
  })

  it('fill between slices: gaps alone, or all that lies between edited ones', async () => {
    const size: Size3 = [12, 12, 9]
    const square =
      (from: number, to: number): Inside =>
      (x, y) =>
        x >= from && x <= to && y >= from && y <= to
    const gappy = volume(size, [1, 1, 3], (x, y, z) => (z === 1 || z === 5) && square(2, 8)(x, y, z))
    expect(await operate(gappy, { kind: 'fillBetween', from: 'all' })).toEqual(
      voxelsOf(size, (x, y, z) => z >= 1 && z <= 5 && square(2, 8)(x, y, z)),
    )
    const leaky = volume(size, [1, 1, 3], (x, y, z) => z >= 1 && z <= 7 && square(2, z === 3 ? 11 : 8)(x, y, z))
    expect(await operate(leaky, { kind: 'fillBetween', from: 'all' })).toContain('11,11,3')
    expect(await operate(leaky, { kind: 'fillBetween', from: 'edited' }, [2, 4])).toEqual(
      voxelsOf(size, (x, y, z) => z >= 1 && z <= 7 && square(2, 8)(x, y, z)),
    )
  })
})

it('cuts the same mask however the label map is stored', async () => {
  const labels = volume(SIZE, [1, 2, 4], (x, y, z) => x + 2 * y + 3 * z < 20 && x > 2)
  const wanted = await operate(labels, { kind: 'grow', byMm: 3 })
  for (const orientation of ORIENTATIONS.filter((_, i) => i % 5 === 0)) {
    const stored = storeAs<Uint8Array>(labels, orientation)
    expect(await operate(stored, { kind: 'grow', byMm: 3 }), orientation.name).toEqual(wanted)
    const [extent] = labelExtents(stored)
    expect(storedBox(cutStructure(stored, extent, 0))).toEqual(extent.boxVoxel)
  }
})
