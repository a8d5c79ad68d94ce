import { describe, expect, it } from 'vitest'
import { applyAffine } from '../../../../src/shared/geometry/affine.js'
import type { LabelVolume, Volume } from '../../../../src/shared/geometry/volume.js'
import { applyRuns } from '../../../../src/shared/labelEdit/voxelRuns.js'
import type { RefinePoint } from '../../../../src/shared/refinement.js'
import { refineByPoints, type PointsTask, type RefinedStructure } from '../../../../src/engine/refine/refineByPoints.js'
import { BOXES_ONLY } from '../../../../src/engine/sam/prompts/prompt.js'
import { axialView } from '../../../../src/engine/sam/slices/axialView.js'
import { tileGrid, WHOLE_SLICES } from '../../../../src/engine/sam/tiles/tileGrid.js'
import { fakeSegmenter, type LogitRule } from '../../../support/fakeSegmenter.js'
import { ORIENTATIONS, storeAs } from '../../../support/orientations.js'

const SIZE = [24, 20, 12] as const
const AFFINE = [1, 0, 0, -10, 0, 1, 0, -14, 0, 0, 1, -12, 0, 0, 0, 1] as const

/** A volume whose voxels follow a rule. */
function voxels<T extends Int16Array | Uint8Array>(
  kind: { new (n: number): T },
  of: (at: number[]) => number,
): Volume<T> {
  const data = new kind(SIZE[0] * SIZE[1] * SIZE[2])
  for (let at = 0; at < data.length; at++)
    data[at] = of([at % SIZE[0], Math.floor(at / SIZE[0]) % SIZE[1], Math.floor(at / SIZE[0] / SIZE[1])])
  return { data, size: SIZE, affine: AFFINE }
}

/** The organ: bright on slices 2 to 9. */
const isOrgan = ([x, y, z]: number[]): boolean => x >= 4 && x <= 17 && y >= 5 && y <= 14 && z >= 2 && z <= 9
/** A part of it that nobody has found yet, on slices 4 to 8. */
const isMissing = ([x, , z]: number[]): boolean => x >= 13 && z >= 4 && z <= 8
/** A leak into what is dark, on slices 4 to 8. */
const isLeak = ([x, y, z]: number[]): boolean => x >= 4 && x <= 8 && y >= 15 && y <= 18 && z >= 4 && z <= 8

const scan = voxels(Int16Array, (at) => (isOrgan(at) ? 200 : -100))
const found = voxels(Uint8Array, (at) => ((isOrgan(at) && !isMissing(at)) || isLeak(at) ? 3 : 0))

/** Finds what is bright, wherever it is asked. */
const bright: LogitRule = (x, y, _box, { data, width }) => data[y * width + x] - 128
const seeing = () => fakeSegmenter(bright, { points: true, masks: true })

function at(voxel: readonly [number, number, number], isInside: boolean): RefinePoint {
  return { pointMm: applyAffine(AFFINE, voxel), isInside }
}
const IN_MISSING = at([15, 10, 6], true)
const IN_LEAK = at([6, 16, 6], false)

async function refine(points: readonly RefinePoint[], more: Partial<PointsTask> = {}): Promise<RefinedStructure> {
  const task = { scan, labels: found, labelValue: 3, points, fixedSlices: [], lockedValues: [], ...more }
  const segmenter = seeing()
  const grid = tileGrid(task.scan, axialView(task.scan), WHOLE_SLICES)
  return refineByPoints(task, { segmenter, grid, windowHu: segmenter.windowHu })
}

function after(labels: LabelVolume, { runs }: RefinedStructure): LabelVolume {
  const data = labels.data.slice()
  applyRuns(data, runs)
  return { ...labels, data }
}

describe('refineByPoints', () => {
  it('adds what a point of the structure shows, and carries it to the slices where it is missing too', async () => {
    const refined = await refine([IN_MISSING])
    expect(after(found, refined).data).toEqual(
      voxels(Uint8Array, (voxel) => (isOrgan(voxel) || isLeak(voxel) ? 3 : 0)).data,
    )
    expect(refined.slices).toEqual([4, 5, 6, 7, 8])
    expect(refined.ends).toEqual([{ slice: 6, above: 'settled', below: 'settled' }])
  })

  it('cuts a leak off where a point is not of the structure', async () => {
    const refined = await refine([IN_LEAK])
    expect(after(found, refined).data).toEqual(
      voxels(Uint8Array, (voxel) => (isOrgan(voxel) && !isMissing(voxel) ? 3 : 0)).data,
    )
  })

  it('depends on the mask before and the points alone: without one of them it is as if that had never been set', async () => {
    const [both, one, none] = [await refine([IN_MISSING, IN_LEAK]), await refine([IN_MISSING]), await refine([])]
    expect(after(found, both).data).toEqual(voxels(Uint8Array, (voxel) => (isOrgan(voxel) ? 3 : 0)).data)
    expect(await refine([IN_MISSING])).toEqual(one)
    expect(none).toEqual({ runs: new Int32Array(0), slices: [], ends: [] })
  })

  it('tells of the slice of the latest point before it asks about any other', async () => {
    const told: (readonly [slice: number, encoded: number, decoded: number])[] = []
    const segmenter = seeing()
    const grid = tileGrid(scan, axialView(scan), WHOLE_SLICES)
    const task = { scan, labels: found, labelValue: 3, fixedSlices: [], lockedValues: [] }
    const onSlice = (slice: number): void => void told.push([slice, segmenter.images.length, segmenter.asked.length])
    const tools = { segmenter, grid, windowHu: segmenter.windowHu, onSlice }
    const points = [at([15, 10, 4], true), at([15, 10, 8], true)]
    await refineByPoints({ ...task, points }, tools)
    await refineByPoints({ ...task, points }, { ...tools, latestMm: points[0].pointMm })
    expect(told.map(([slice]) => slice)).toEqual([8, 4])
    expect(told[0]).toEqual([8, 1, 1])
    // Nobody waits for the slice of a point that is gone.
    await refineByPoints({ ...task, points }, { ...tools, latestMm: at([15, 10, 6], true).pointMm })
    expect(told).toHaveLength(2)
  })

  it('does not go beyond slices that are fixed, nor beyond the ends of the structure', async () => {
    const refined = await refine([IN_MISSING], { fixedSlices: [8] })
    expect(refined.slices).toEqual([4, 5, 6, 7])
    expect(refined.ends).toEqual([{ slice: 6, above: 'fixed', below: 'settled' }])
    const short = voxels(Uint8Array, (voxel) => (isOrgan(voxel) && voxel[2] <= 6 && voxel[0] < 13 ? 3 : 0))
    const { ends } = await refine([IN_MISSING], { labels: short })
    expect(ends).toEqual([{ slice: 6, above: 'structureEnds', below: 'far' }])
  })

  it('carries a change no further than about half its width', async () => {
    const affine = [1, 0, 0, -10, 0, 1, 0, -14, 0, 0, 3, -12, 0, 0, 0, 1] as const
    const thick = { scan: { ...scan, affine }, labels: { ...found, affine } }
    const point = { pointMm: applyAffine(affine, [15, 10, 6]), isInside: true }
    const refined = await refine([point], thick)
    expect(refined.slices).toEqual([5, 6, 7])
    expect(refined.ends).toEqual([{ slice: 6, above: 'far', below: 'far' }])
  })

  it('takes voxels of another structure only where a point lies in it, and never of a locked one', async () => {
    const withOther = { ...found, data: found.data.map((label, i) => (label === 0 && scan.data[i] > 0 ? 7 : label)) }
    const taken = after(withOther, await refine([IN_MISSING], { labels: withOther }))
    expect([...taken.data].filter((label) => label === 7)).toEqual([])
    const locked = await refine([IN_MISSING], { labels: withOther, lockedValues: [7] })
    expect(locked.runs).toHaveLength(0)
  })

  it('begins a structure that has no mask yet with what the segmenter sees on the slice', async () => {
    const nothing = voxels(Uint8Array, () => 0)
    const refined = await refine([IN_MISSING], { labels: nothing })
    expect(refined.slices).toEqual([6])
    expect(after(nothing, refined).data).toEqual(
      voxels(Uint8Array, (voxel) => (isOrgan(voxel) && voxel[2] === 6 ? 3 : 0)).data,
    )
  })

  it.each(ORIENTATIONS.slice(0, 48).filter((_, i) => i % 9 === 0))(
    'means the same voxels in a scan stored as $name, whatever the order of the labels',
    async (order) => {
      const expected = after(found, await refine([IN_MISSING, IN_LEAK]))
      const labels = storeAs(found, order)
      const refined = await refine([IN_MISSING, IN_LEAK], { labels, scan })
      expect(after(labels, refined).data).toEqual(storeAs(expected, order).data)
    },
  )

  it('says what is wrong with points outside of the scan and with a segmenter that takes none', async () => {
    await expect(refine([at([15, 10, 40], true)])).rejects.toThrow('A point lies outside of the scan')
    const segmenter = fakeSegmenter(bright, BOXES_ONLY)
    const grid = tileGrid(scan, axialView(scan), WHOLE_SLICES)
    const task = { scan, labels: found, labelValue: 3, points: [IN_LEAK], fixedSlices: [], lockedValues: [] }
    await expect(refineByPoints(task, { segmenter, grid, windowHu: segmenter.windowHu })).rejects.toThrow(
      'takes boxes and no points',
    )
  })

  it('stops between two runs of a network', async () => {
    const stop = new AbortController()
    const segmenter = seeing()
    const grid = tileGrid(scan, axialView(scan), WHOLE_SLICES)
    const task = { scan, labels: found, labelValue: 3, points: [IN_MISSING], fixedSlices: [], lockedValues: [] }
    stop.abort()
    await expect(
      refineByPoints(task, { segmenter, grid, windowHu: segmenter.windowHu, signal: stop.signal }),
    ).rejects.toMatchObject({ kind: 'cancelled' })
    expect(segmenter.images).toEqual([])
  })
})
