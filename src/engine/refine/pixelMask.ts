import type { PixelBox } from '../sam/slices/sliceImage.js'

/** Which pixels of a slice belong to something, row by row: 1 for those that do. */
export interface PixelMask {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** A mask of the same size whose pixels follow a rule. */
export function maskWhere({ width, height }: PixelMask, isInside: (at: number) => boolean): PixelMask {
  const data = new Uint8Array(width * height)
  for (let at = 0; at < data.length; at++) if (isInside(at)) data[at] = 1
  return { width, height, data }
}

/** The pixels that are in one mask and not in the other. */
export function without(mask: PixelMask, other: PixelMask): PixelMask {
  return maskWhere(mask, (at) => mask.data[at] !== 0 && other.data[at] === 0)
}

/** How many pixels there are. */
export function countPixels({ data }: PixelMask): number {
  let count = 0
  for (const value of data) count += value
  return count
}

/** The box around all pixels, on their edges; null for none. */
export function boundsOf({ width, data }: PixelMask): PixelBox | null {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let at = 0; at < data.length; at++) {
    if (data[at] === 0) continue
    const [x, y] = [at % width, Math.floor(at / width)]
    x0 = Math.min(x0, x)
    y0 = Math.min(y0, y)
    x1 = Math.max(x1, x + 1)
    y1 = Math.max(y1, y + 1)
  }
  return x1 > x0 ? { x0, y0, x1, y1 } : null
}

/** The mask and all pixels no further from it than so many columns and so many rows. */
export function grown(mask: PixelMask, columns: number, rows: number): PixelMask {
  const { width, height } = mask
  const data = new Uint8Array(width * height)
  for (let at = 0; at < data.length; at++) {
    if (mask.data[at] === 0) continue
    const [x, y] = [at % width, Math.floor(at / width)]
    const [from, to] = [Math.max(0, x - columns), Math.min(width - 1, x + columns) + 1]
    for (let row = Math.max(0, y - rows); row <= Math.min(height - 1, y + rows); row++)
      data.fill(1, row * width + from, row * width + to)
  }
  return { width, height, data }
}

/** The largest connected piece of a mask; pixels touch by their sides. */
export function largestPiece(mask: PixelMask): PixelMask {
  const { width, height } = mask
  const left = mask.data.slice()
  let largest: readonly number[] = []
  for (let seed = 0; seed < left.length; seed++) {
    if (left[seed] === 0) continue
    const piece = [seed]
    left[seed] = 0
    for (const at of piece) {
      const x = at % width
      for (const next of [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at + width]) {
        if (next < 0 || next >= left.length || left[next] === 0) continue
        left[next] = 0
        piece.push(next)
      }
    }
    if (piece.length > largest.length) largest = piece
  }
  const data = new Uint8Array(width * height)
  for (const at of largest) data[at] = 1
  return { width, height, data }
}

/** The pixel that lies deepest in a mask, which outlasts the others when its border is peeled off; null for none. */
export function deepestPixel({ width, height, data }: PixelMask): { readonly x: number; readonly y: number } | null {
  let layer: number[] = []
  data.forEach((value, at) => {
    if (value !== 0) layer.push(at)
  })
  const inside = data.slice()
  const isDeep = (at: number): boolean => {
    const [x, y] = [at % width, Math.floor(at / width)]
    if (x === 0 || y === 0 || x === width - 1 || y === height - 1) return false
    return [at - 1, at + 1, at - width, at + width].every((next) => inside[next] !== 0)
  }
  for (let deeper = layer.filter(isDeep); deeper.length > 0; deeper = layer.filter(isDeep)) {
    inside.fill(0)
    for (const at of deeper) inside[at] = 1
    layer = deeper
  }
  if (layer.length === 0) return null
  // Of the last ones the middle in reading order.
  const at = layer[Math.floor(layer.length / 2)]
  return { x: at % width, y: Math.floor(at / width) }
}
