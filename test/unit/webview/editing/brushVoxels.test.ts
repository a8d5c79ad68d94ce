import { describe, expect, it } from 'vitest'
import { applyAffine, type Affine } from '../../../../src/shared/geometry/affine.js'
import type { PointMm } from '../../../../src/shared/geometry/points.js'
import { brushVoxels, type BrushTip } from '../../../../src/webview/editing/brushVoxels.js'
import { lassoVoxels } from '../../../../src/webview/editing/lassoVoxels.js'
import { imageVolume, type ImageVolume } from '../../../../src/webview/viewer/imageVolume.js'
import { ORIENTATIONS, storeAs } from '../../../support/orientations.js'

const SIZE = [9, 9, 5] as const
const RAS = {
  data: new Uint8Array(9 * 9 * 5),
  size: SIZE,
  affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1] as Affine,
}

/** Millimetres of the voxels that a brush visits, sorted, each once. */
function brushed(volume: ImageVolume, way: readonly [PointMm, PointMm], tip: BrushTip): string[] {
  const places = new Set<string>()
  brushVoxels(volume, way, tip, (place, voxel) => {
    const mm = applyAffine(volume.order.affine, voxel)
    // The place in memory is the one of the voxel.
    const [x, y] = volume.size
    const stored = [place % x, Math.floor(place / x) % y, Math.floor(place / (x * y))] as const
    expect(applyAffine(volume.affine, stored).map(Math.round)).toEqual(mm.map(Math.round))
    places.add(mm.map(Math.round).join(' '))
  })
  return [...places].sort()
}

/** The voxels whose middles lie within a distance of the middle. */
function ball(radiusMm: number, keep: (at: PointMm) => boolean = () => true): string[] {
  const all: string[] = []
  for (let x = 0; x < 9; x++)
    for (let y = 0; y < 9; y++)
      for (let z = 0; z < 5; z++)
        if (Math.hypot(x - 4, y - 4, 2 * z - 4) <= radiusMm && keep([x, y, 2 * z])) all.push(`${x} ${y} ${2 * z}`)
  return all.sort()
}

describe('a brush', () => {
  const middle: PointMm = [4, 4, 4]

  it.each(ORIENTATIONS.filter((_, at) => at % 5 === 0))(
    'reaches a ball of millimetres, stored as $name',
    (orientation) => {
      const volume = imageVolume(storeAs(RAS, orientation))
      expect(brushed(volume, [middle, middle], { radiusMm: 2.5, plane: 'coronal', isBall: true })).toEqual(ball(2.5))
    },
  )

  it.each([
    { plane: 'axial', axis: 2 },
    { plane: 'coronal', axis: 1 },
    { plane: 'sagittal', axis: 0 },
  ] as const)('stays in its slice as a disc: $plane', ({ plane, axis }) => {
    const tip = { radiusMm: 3, plane, isBall: false }
    expect(brushed(imageVolume(RAS), [middle, middle], tip)).toEqual(ball(3, (at) => at[axis] === 4))
    // Also when the mouse is a little beside the middle of the slice.
    const beside: PointMm = [middle[0] + 0.3, middle[1] + 0.3, middle[2] + 0.3]
    const places = brushed(imageVolume(RAS), [beside, beside], tip)
    expect(new Set(places.map((place) => place.split(' ')[axis]))).toEqual(new Set(['4']))
  })

  it('leaves no gap on a fast way', () => {
    const tip = { radiusMm: 0.6, plane: 'axial', isBall: false } as const
    const places = brushed(
      imageVolume(RAS),
      [
        [0, 4, 4],
        [8, 4, 4],
      ],
      tip,
    )
    expect(places).toEqual(Array.from({ length: 9 }, (_, x) => `${x} 4 4`))
  })

  it('paints the voxel under it when it is smaller than one, and none outside of the scan', () => {
    const tip = { radiusMm: 0.1, plane: 'axial', isBall: false } as const
    expect(
      brushed(
        imageVolume(RAS),
        [
          [2.4, 3.4, 4],
          [2.4, 3.4, 4],
        ],
        tip,
      ),
    ).toEqual(['2 3 4'])
    expect(
      brushed(
        imageVolume(RAS),
        [
          [-9, 3, 4],
          [-9, 3, 4],
        ],
        tip,
      ),
    ).toEqual([])
  })
})

describe('a lasso', () => {
  it('holds the voxels of the slice whose middles lie inside of its line', () => {
    const places: string[] = []
    const line: PointMm[] = [
      [1.5, 1.5, 4],
      [5.5, 1.5, 4],
      [5.5, 3.5, 4],
      [1.5, 3.5, 4],
    ]
    lassoVoxels(imageVolume(RAS), line, 'axial', (_place, voxel) => places.push(voxel.join(' ')))
    expect(places).toEqual(['2 2 2', '3 2 2', '4 2 2', '5 2 2', '2 3 2', '3 3 2', '4 3 2', '5 3 2'])
  })

  it('leaves out a bay and what lies outside of the scan', () => {
    const places: string[] = []
    const line: PointMm[] = [
      [-5, -0.5, 4],
      [2.5, -0.5, 4],
      [1.2, 0.5, 4],
      [2.5, 1.5, 4],
      [-5, 1.5, 4],
    ]
    lassoVoxels(imageVolume(RAS), line, 'axial', (_place, voxel) => places.push(voxel.join(' ')))
    expect(places).toEqual(['0 0 2', '1 0 2', '0 1 2', '1 1 2'])
  })

  it('of two points holds nothing', () => {
    lassoVoxels(
      imageVolume(RAS),
      [
        [0, 0, 0],
        [5, 5, 0],
      ],
      'axial',
      () => expect.fail('a voxel'),
    )
  })
})
