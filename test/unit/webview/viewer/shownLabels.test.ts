import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { imageVolume } from '../../../../src/webview/viewer/imageVolume.js'
import { ShownLabels } from '../../../../src/webview/viewer/shownLabels.js'

const AFFINE = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] as const
const SHOWN = { axial: 0, coronal: 0, sagittal: 0 }
const scan = imageVolume({ data: new Int16Array(8), size: [2, 2, 2], affine: AFFINE })

function labels(data = [1, 1, 0, 0, 2, 0, 0, 0]): ShownLabels {
  return new ShownLabels(imageVolume({ data: Uint8Array.from(data), size: [2, 2, 2], affine: AFFINE }), () => undefined)
}
const voxels = ({ volume }: ShownLabels): number[] => Array.from(volume.data)

describe('labels on display', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('show a change early and are as before when it is taken back, also where they were not what it expects', () => {
    const shown = labels()
    // The voxel of another structure is not what was expected there.
    shown.showEarly(Int32Array.of(2, 1, 0, 1, 4, 1, 0, 1), scan, SHOWN)
    expect(voxels(shown)).toEqual([1, 1, 1, 0, 2, 0, 0, 0])
    expect(shown.facts().map(({ labelValue, voxels: count }) => [labelValue, count])).toContainEqual([1, 3])
    shown.showEarly(Int32Array.of(1, 1, 1, 0, 3, 1, 0, 1), scan, SHOWN)
    expect(voxels(shown)).toEqual([1, 0, 0, 1, 2, 0, 0, 0])
    shown.showEarly(null, scan, SHOWN)
    expect(voxels(shown)).toEqual([1, 1, 0, 0, 2, 0, 0, 0])
    shown.showEarly(null, scan, SHOWN)
    expect(voxels(shown)).toEqual([1, 1, 0, 0, 2, 0, 0, 0])
  })

  it('know while a stroke is drawn on them', () => {
    const shown = labels()
    const stroke = shown.beginStroke({ labelValue: 300, isErasing: false, locked: [], rangeHu: null }, scan)
    expect(shown.isInStroke).toBe(true)
    stroke?.paint(7, [1, 1, 1])
    shown.endStroke(stroke?.runs() ?? new Int32Array(0))
    expect(shown.isInStroke).toBe(false)
    expect(shown.facts().map(({ labelValue }) => labelValue)).toContain(300)
    expect(shown.runsOf(300)).toEqual(Int32Array.of(7, 1, 300, 0))
  })
})
