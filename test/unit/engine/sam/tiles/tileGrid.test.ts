import { describe, expect, it } from 'vitest'
import { axialView } from '../../../../../src/engine/sam/slices/axialView.js'
import {
  shifted,
  shiftToCell,
  slicesOfTile,
  tileGrid,
  WHOLE_SLICES,
} from '../../../../../src/engine/sam/tiles/tileGrid.js'
import { ORIENTATIONS, orientedAffine } from '../../../../support/orientations.js'

/** 200 x 100 mm slices of 2 x 1 mm pixels, RAS, first voxel at the origin. */
const size = [100, 100, 30] as const
const volume = { size, affine: [2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1] as const }
const scan = { data: new Int16Array(100 * 100 * 30) }
const view = axialView(volume)

describe('the grid of a tile', () => {
  it('shows whole slices, one at a time, unless told otherwise', () => {
    expect(tileGrid(scan, view, { region: 'whole', slicesPerSide: 1, apartMm: 0 })).toEqual({
      region: { x0: 0, y0: 0, x1: 100, y1: 100 },
      columns: 1,
      rows: 1,
      step: 1,
    })
  })

  it('cuts slices to a box and 20 mm around it, in pixels of the view', () => {
    const region = { min: [60, 40, 0], max: [100, 60, 90] } as const
    // Columns run from right to left and rows from anterior to posterior: x 40 to 120 mm, y 20 to 80 mm.
    expect(tileGrid(scan, view, { region, slicesPerSide: 1, apartMm: 0 }).region).toEqual({
      x0: 39,
      y0: 19,
      x1: 80,
      y1: 80,
    })
  })

  it('keeps the whole slice where the box lies beside the scan', () => {
    const region = { min: [900, 40, 0], max: [940, 60, 90] } as const
    expect(tileGrid(scan, view, { region, slicesPerSide: 1, apartMm: 0 }).region).toEqual({
      x0: 0,
      y0: 0,
      x1: 100,
      y1: 100,
    })
  })

  it('has room for more slices along the shorter side', () => {
    const { columns, rows } = tileGrid(scan, view, { region: 'whole', slicesPerSide: 2, apartMm: 0 })
    expect([columns, rows]).toEqual([2, 4])
  })

  it('holds slices that lie as far apart as is asked for, as far as whole slices go', () => {
    const steps = [0, 2, 3, 6, 8.9, 9].map((apartMm) => tileGrid(scan, view, { ...WHOLE_SLICES, apartMm }).step)
    expect(steps).toEqual([1, 1, 1, 2, 2, 3])
  })

  it('moves pixels to the place that a slice has on the tile', () => {
    const grid = { region: { x0: 10, y0: 20, x1: 40, y1: 30 }, columns: 2, rows: 3, step: 1 }
    expect([0, 1, 2, 5].map((cell) => shiftToCell(grid, cell))).toEqual([
      { dx: -10, dy: -20 },
      { dx: 20, dy: -20 },
      { dx: -10, dy: -10 },
      { dx: 20, dy: 0 },
    ])
    expect(shifted({ x0: 12, y0: 21, x1: 14, y1: 25 }, shiftToCell(grid, 5))).toEqual({
      x0: 32,
      y0: 21,
      x1: 34,
      y1: 25,
    })
  })
})

describe('the slices of a tile', () => {
  const grid = { region: { x0: 0, y0: 0, x1: 1, y1: 1 }, columns: 2, rows: 2, step: 1 }

  it('are the same for each of them, and end with the scan', () => {
    for (const slice of [4, 5, 6, 7]) expect(slicesOfTile(grid, slice, 30)).toEqual([4, 5, 6, 7])
    expect(slicesOfTile(grid, 29, 30)).toEqual([28, 29])
  })

  it('are every Nth, from those that organs share or beside them', () => {
    expect(slicesOfTile({ ...grid, step: 3 }, 15, 30)).toEqual([12, 15, 18, 21])
    expect(slicesOfTile({ ...grid, step: 3 }, 16, 30)).toEqual([13, 16, 19, 22])
  })
})

describe('the region of a box', () => {
  it.each(ORIENTATIONS.filter((_, i) => i % 7 === 0))('is the same part of the patient stored as $name', (order) => {
    const stored = [40, 50, 60] as const
    const oriented = axialView({ size: stored, affine: orientedAffine(order, stored, [2, 2, 2]) })
    const { region } = tileGrid({ data: new Int16Array(1) }, oriented, {
      region: { min: [-5, -4, -10], max: [5, 6, 10] },
      slicesPerSide: 1,
      apartMm: 0,
    })
    expect(region.x1 - region.x0).toBeGreaterThanOrEqual(25)
    expect(region.x1 - region.x0).toBeLessThanOrEqual(27)
    expect(region.y1 - region.y0).toBeGreaterThanOrEqual(25)
    expect(region.y1 - region.y0).toBeLessThanOrEqual(27)
  })
})
