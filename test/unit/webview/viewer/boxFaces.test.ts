import { describe, expect, it } from 'vitest'
import type { BoxMm } from '../../../../src/shared/geometry/points.js'
import { boxOfRectangle, facesOnTile, withFace } from '../../../../src/webview/viewer/boxFaces.js'
import type { Tile } from '../../../../src/webview/viewer/projection.js'

const box = { min: [0, 10, 20], max: [40, 30, 60] } as const
/** The coronal plane at y = 20, a pixel per mm, the patient's right on the left. */
const coronal: Tile = {
  plane: 'coronal',
  left: 0,
  top: 0,
  width: 100,
  height: 100,
  mirrored: true,
  lowMm: [-50, 0],
  fovMm: [100, 100],
  originMm: [0, 0, 20],
  slope: [0, 0],
}

describe('faces of a box', () => {
  it('move along their own axis, and never past the opposite one', () => {
    expect(withFace(box, { axis: 1, end: 'max' }, 35)).toEqual({ min: [0, 10, 20], max: [40, 35, 60] })
    expect(withFace(box, { axis: 0, end: 'min' }, 55)).toEqual({ min: [39, 10, 20], max: [40, 30, 60] })
    expect(withFace(box, { axis: 2, end: 'max' }, -5)).toEqual({ min: [0, 10, 20], max: [40, 30, 21] })
  })

  it('have their middles where the plane shows them: the two pairs that it cuts', () => {
    const faces = facesOnTile(coronal, box)
    expect(
      faces.map(({ face: { axis, end }, x, y, isAcross }) => [axis, end, Math.round(x), Math.round(y), isAcross]),
    ).toEqual([
      [0, 'min', 50, 60, true],
      [0, 'max', 10, 60, true],
      [2, 'min', 30, 80, false],
      [2, 'max', 30, 40, false],
    ])
  })
})

it('makes a box of a rectangle that is drawn in any direction: as deep as the box that its plane cuts, or as it is wide', () => {
  const drawn = (other: BoxMm | null): BoxMm => boxOfRectangle('sagittal', [7, 20, 30], [7, 10, 34], other)
  expect(drawn(null)).toEqual({ min: [5, 10, 30], max: [9, 20, 34] })
  expect(drawn(box)).toEqual({ min: [0, 10, 30], max: [40, 20, 34] })
  expect(drawn({ min: [8, 0, 0], max: [12, 9, 9] })).toEqual(drawn(null))
})
