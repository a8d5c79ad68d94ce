import type { SoftMask } from './pullMasks.js'

/**
 * A soft mask without the pieces over a level that do not hang together with the largest one by faces. Cells under
 * the level stay as they are.
 */
export function keepLargestPiece(mask: SoftMask, level: number): SoftMask {
  const [nx, ny, nz] = mask.size
  const limit = level * 255
  const piece = new Int32Array(mask.data.length)
  const stack: number[] = []
  let [pieces, largest, largestSize] = [0, 0, 0]
  for (let seed = 0; seed < piece.length; seed++) {
    if (mask.data[seed] < limit || piece[seed] !== 0) continue
    const id = ++pieces
    let size = 0
    piece[seed] = id
    stack.push(seed)
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      size++
      const x = at % nx
      const y = Math.floor(at / nx) % ny
      const z = Math.floor(at / (nx * ny))
      const visit = (next: number): void => {
        if (mask.data[next] < limit || piece[next] !== 0) return
        piece[next] = id
        stack.push(next)
      }
      if (x > 0) visit(at - 1)
      if (x + 1 < nx) visit(at + 1)
      if (y > 0) visit(at - nx)
      if (y + 1 < ny) visit(at + nx)
      if (z > 0) visit(at - nx * ny)
      if (z + 1 < nz) visit(at + nx * ny)
    }
    if (size > largestSize) [largest, largestSize] = [id, size]
  }
  if (pieces < 2) return mask
  return { ...mask, data: mask.data.map((value, i) => (piece[i] === 0 || piece[i] === largest ? value : 0)) }
}
