import type { PointMm } from '../../../shared/geometry/points.js'
import type { AxialView } from '../slices/axialView.js'

/**
 * How much a localized box grows on both sides of each axis before it becomes a prompt.
 * - `mm`: along x, y, z in RAS mm;
 * - `paper`: as MedLSAM does: [slices, rows, columns], in-plane in pixels of the 1024-pixel square
 *   that the slice's longest side fills.
 */
export type BoxMargin =
  | { readonly unit: 'mm'; readonly values: PointMm }
  | { readonly unit: 'paper'; readonly values: readonly [number, number, number] }

/** The margin of the paper: two slices and ten pixels. */
export const PAPER_MARGIN: BoxMargin = { unit: 'paper', values: [2, 10, 10] }

/** A margin in mm along x, y, z for this scan. */
export function marginMm(margin: BoxMargin, { size, spacingMm }: AxialView): PointMm {
  switch (margin.unit) {
    case 'mm':
      return margin.values
    case 'paper': {
      const [slices, rows, columns] = margin.values
      const squarePixelMm = Math.max(size[0] * spacingMm[0], size[1] * spacingMm[1]) / 1024
      return [columns * squarePixelMm, rows * squarePixelMm, slices * spacingMm[2]]
    }
  }
}
