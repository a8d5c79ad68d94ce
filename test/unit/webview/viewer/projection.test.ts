import { describe, expect, it } from 'vitest'
import { project, projectBox, tileAt, unproject, type Tile } from '../../../../src/webview/viewer/projection.js'

const AXIAL: Tile = {
  plane: 'axial',
  left: 10,
  top: 20,
  width: 100,
  height: 200,
  mirrored: false,
  lowMm: [-50, -100],
  fovMm: [100, 200],
  originMm: [0, 0, 7],
  slope: [0, 0],
}

describe('a plane on the screen', () => {
  it('puts the patient right on the left in radiological convention', () => {
    const right = project({ ...AXIAL, mirrored: true }, [40, 0, 7])
    const left = project({ ...AXIAL, mirrored: true }, [-40, 0, 7])
    expect(right.x).toBeLessThan(left.x)
    expect(project(AXIAL, [40, 0, 7]).x).toBeGreaterThan(project(AXIAL, [-40, 0, 7]).x)
  })

  it.each(['axial', 'coronal', 'sagittal'] as const)('finds the point of the %s plane again', (plane) => {
    for (const mirrored of [false, true]) {
      const tile = { ...AXIAL, plane, mirrored, slope: [0.1, -0.2] as const }
      const point = unproject(tile, 33, 111)
      const back = project(tile, point)
      expect(back.x).toBeCloseTo(33)
      expect(back.y).toBeCloseTo(111)
      expect(back.offPlaneMm).toBeCloseTo(0)
    }
  })

  it('draws anterior and superior upward', () => {
    expect(project(AXIAL, [0, 50, 7]).y).toBeLessThan(project(AXIAL, [0, -50, 7]).y)
  })

  it('knows how far a point lies from it and whether it cuts a box', () => {
    expect(project(AXIAL, [0, 0, 10]).offPlaneMm).toBe(3)
    expect(projectBox(AXIAL, { min: [-10, -10, 0], max: [10, 10, 8] })).toMatchObject({
      width: expect.closeTo(20) as number,
      height: expect.closeTo(20) as number,
      cut: true,
    })
    expect(projectBox(AXIAL, { min: [-10, -10, 8], max: [10, 10, 9] }).cut).toBe(false)
  })

  it('is found under the mouse', () => {
    expect(tileAt([AXIAL], 50, 50)).toBe(AXIAL)
    expect(tileAt([AXIAL], 5, 50)).toBeNull()
  })
})
