import { describe, expect, it } from 'vitest'
import { arrange, LAYOUTS, type Cell } from '../../../../src/webview/viewer/stageLayout.js'

/** A neck: much taller than wide from the front. */
const SIZES = { axial: [180, 220], coronal: [300, 250], sagittal: [220, 250] } as const

function cells(layout: (typeof LAYOUTS)[number], width: number, height: number): readonly Cell[] {
  return arrange(layout, 'axial', { left: 0, top: 0, width, height }, SIZES)
}

describe('the stage', () => {
  it.each(LAYOUTS)('is filled by %s, without overlaps', (layout) => {
    for (const [width, height] of [
      [1280, 900],
      [500, 900],
    ]) {
      const parts = cells(layout, width, height)
      const area = parts.reduce((sum, part) => sum + part.width * part.height, 0)
      expect(area).toBeLessThanOrEqual(width * height)
      expect(area).toBeGreaterThan(width * height * 0.98)
      for (const part of parts) {
        expect(part.left + part.width).toBeLessThanOrEqual(width)
        expect(part.top + part.height).toBeLessThanOrEqual(height)
      }
    }
  })

  it('has the others in a column where it is wide, and in a row where it is tall', () => {
    const [wideMain, ...wide] = cells('multiplanar', 1280, 800)
    expect(wideMain.kind).toBe('axial')
    expect(wide.every(({ left }) => left > wideMain.width)).toBe(true)
    const [tallMain, ...tall] = cells('multiplanar', 500, 900)
    expect(tall.every(({ top }) => top > tallMain.height)).toBe(true)
  })

  it('draws the big plane at the largest scale', () => {
    const [main, ...others] = cells('multiplanar', 1280, 800)
    const scale = ({ kind, width, height }: Cell): number =>
      kind === 'render' ? 0 : Math.min(width / SIZES[kind][0], height / SIZES[kind][1])
    for (const other of others) expect(scale(main)).toBeGreaterThanOrEqual(scale(other))
  })
})
