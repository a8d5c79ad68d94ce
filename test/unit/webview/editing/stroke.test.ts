import { describe, expect, it } from 'vitest'
import type { Affine } from '../../../../src/shared/geometry/affine.js'
import { invertRuns, applyRuns } from '../../../../src/shared/labelEdit/voxelRuns.js'
import { Stroke, type StrokeRule } from '../../../../src/webview/editing/stroke.js'
import { imageVolume } from '../../../../src/webview/viewer/imageVolume.js'

const IDENTITY: Affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
const RULE: StrokeRule = { labelValue: 2, isErasing: false, locked: [], rangeHu: null }
const HU = [-1000, 50, 60, 300, 70, 80, -90, 40]

/** Paints every voxel of a row of eight with these labels. */
function painted(rule: Partial<StrokeRule>, before = [0, 1, 2, 3, 0, 1, 2, 3]): { labels: number[]; runs: number[] } {
  const data = Uint8Array.from([...before, ...before])
  const size = [8, 2, 1] as const
  const labels = imageVolume({ data, size, affine: IDENTITY })
  const scan = imageVolume({ data: Int16Array.from([...HU, ...HU]), size, affine: IDENTITY })
  const stroke = new Stroke(data, labels, scan, { ...RULE, ...rule })
  // Backwards and twice, as a brush may pass.
  for (const at of [7, 6, 5, 4, 3, 2, 1, 0, 0, 1]) stroke.paint(at, [at, 0, 0])
  const runs = stroke.runs()
  const now = [...data.slice(0, 8)]
  applyRuns(data, invertRuns(runs))
  expect([...data.slice(0, 8)]).toEqual(before)
  return { labels: now, runs: [...runs] }
}

describe('a stroke', () => {
  it('paints over others, and says in order what it changed', () => {
    const { labels, runs } = painted({})
    expect(labels).toEqual([2, 2, 2, 2, 2, 2, 2, 2])
    expect(runs).toEqual([0, 1, 0, 2, 1, 1, 1, 2, 3, 1, 3, 2, 4, 1, 0, 2, 5, 1, 1, 2, 7, 1, 3, 2])
  })

  it('never changes a locked structure', () => {
    expect(painted({ locked: [1, 3] }).labels).toEqual([2, 1, 2, 3, 2, 1, 2, 3])
  })

  it('erases its own structure only', () => {
    expect(painted({ isErasing: true }).labels).toEqual([0, 1, 0, 3, 0, 1, 0, 3])
  })

  it('changes only voxels of the range of HU', () => {
    expect(painted({ rangeHu: { low: 40, high: 70 } }).labels).toEqual([0, 2, 2, 3, 2, 1, 2, 2])
  })

  it('says which box was painted since it was asked last', () => {
    const data = new Uint8Array(8)
    const labels = imageVolume({ data, size: [2, 2, 2], affine: IDENTITY })
    const stroke = new Stroke(data, labels, labels, RULE)
    expect(stroke.takeBox()).toBeNull()
    stroke.paint(1, [1, 0, 0])
    stroke.paint(6, [0, 1, 1])
    expect(stroke.takeBox()).toEqual({ min: [0, 0, 0], max: [1, 1, 1] })
    stroke.paint(6, [0, 1, 1])
    expect(stroke.takeBox()).toBeNull()
  })
})
