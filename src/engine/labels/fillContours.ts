import type { PixelContour } from './traceContours.js'

/**
 * Visits the pixels whose centres lie in contours of one slice. What is in two of them, or twice in one, is outside of
 * both (even-odd), so holes may be contours of their own or keyholes.
 * @param contours in pixels; the centre of the first one is at 0, 0
 */
export function fillContours(
  contours: readonly PixelContour[],
  { columns, rows }: { readonly columns: number; readonly rows: number },
  visit: (x: number, y: number) => void,
): void {
  const crossings = new Map<number, number[]>()
  for (const contour of contours) addCrossings(contour, rows, crossings)
  for (const [y, at] of crossings) {
    at.sort((a, b) => a - b)
    for (let i = 0; i + 1 < at.length; i += 2) {
      const end = Math.min(columns, Math.ceil(at[i + 1]))
      for (let x = Math.max(0, Math.ceil(at[i])); x < end; x++) visit(x, y)
    }
  }
}

/** Notes where a contour crosses the middle of each row of pixels. */
function addCrossings(contour: PixelContour, rows: number, crossings: Map<number, number[]>): void {
  for (let i = 0; i < contour.length; i += 2) {
    const next = (i + 2) % contour.length
    const [x0, y0, x1, y1] = [contour[i], contour[i + 1], contour[next], contour[next + 1]]
    const [low, high] = [Math.max(0, Math.ceil(Math.min(y0, y1))), Math.min(rows, Math.ceil(Math.max(y0, y1)))]
    for (let y = low; y < high; y++) {
      const x = x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)
      const row = crossings.get(y)
      if (row === undefined) crossings.set(y, [x])
      else row.push(x)
    }
  }
}
