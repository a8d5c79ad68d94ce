import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Size3 } from '../../../../src/shared/geometry/points.js'
import {
  applyRuns,
  boundsOfRuns,
  changedVoxels,
  diffLabels,
  invertRuns,
  largestAfter,
  mergeRuns,
  runsThatFit,
} from '../../../../src/shared/labelEdit/voxelRuns.js'

const SIZE: Size3 = [4, 3, 2]
const labels = fc.uint8Array({ minLength: 24, maxLength: 24, max: 3 })

describe('voxel runs', () => {
  it('hold neighbours of one change in one run, sorted', () => {
    expect([...diffLabels([0, 0, 0, 5, 1, 1], [0, 2, 2, 2, 1, 0])]).toEqual([1, 2, 0, 2, 3, 1, 5, 2, 5, 1, 1, 0])
  })

  it('make the second array of the first, and the inverse the first of the second', () => {
    fc.assert(
      fc.property(labels, labels, (before, after) => {
        const runs = diffLabels(before, after)
        const now = before.slice()
        applyRuns(now, runs)
        expect(now).toEqual(after)
        applyRuns(now, invertRuns(runs))
        expect(now).toEqual(before)
        expect(changedVoxels(runs)).toBe(before.filter((value, at) => value !== after[at]).length)
      }),
    )
  })

  it('merged do what two changes do, without what the second takes back', () => {
    fc.assert(
      fc.property(labels, labels, labels, (first, second, third) => {
        const merged = mergeRuns(diffLabels(first, second), diffLabels(second, third))
        expect(merged).toEqual(diffLabels(first, third))
      }),
    )
  })

  it('fit only voxels that are what they were before the change', () => {
    fc.assert(
      fc.property(labels, labels, labels, (before, after, now) => {
        const fitting = runsThatFit(now, diffLabels(before, after))
        const expected = now.map((value, at) => (value === before[at] ? after[at] : value))
        expect(fitting).toEqual(diffLabels(now, expected))
      }),
    )
  })

  it('of a part leave out what lies outside of it', () => {
    const before = new Uint8Array(24)
    const after = new Uint8Array(24).fill(7)
    const box = { min: [1, 1, 0], max: [2, 1, 1] } as const
    const runs = diffLabels(before, after, { size: SIZE, box })
    expect([...runs]).toEqual([5, 2, 0, 7, 17, 2, 0, 7])
    expect(largestAfter(runs)).toBe(7)
  })

  it('know the smallest box around them', () => {
    fc.assert(
      fc.property(labels, labels, (before, after) => {
        const changed = [...before.keys()].filter((at) => before[at] !== after[at])
        const places = changed.map((at) => [at % 4, Math.floor(at / 4) % 3, Math.floor(at / 12)])
        const along = (pick: (...values: number[]) => number): number[] =>
          [0, 1, 2].map((axis) => pick(...places.map((place) => place[axis])))
        const runs = diffLabels(before, after)
        expect(boundsOfRuns(runs, SIZE)).toEqual(
          changed.length === 0 ? null : { min: along(Math.min), max: along(Math.max) },
        )
      }),
    )
  })
})
