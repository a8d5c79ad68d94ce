import { readScan } from '../src/engine/scanFiles/readScan.js'
import type { Affine } from '../src/shared/geometry/affine.js'
import { writeScan } from '../src/engine/scanFiles/writeScan.js'

/** Writes a scan resampled (linearly) to another number of voxels over the same extent: a large scan to measure on. */
export async function resampleScan(from: string, to: string, size: readonly [number, number, number]): Promise<void> {
  const scan = await readScan(from)
  const [nx, ny] = scan.size
  const taps = size.map((n, axis) =>
    Array.from({ length: n }, (_, i) => {
      const at = Math.min(Math.max(((i + 0.5) * scan.size[axis]) / n - 0.5, 0), scan.size[axis] - 1)
      const low = Math.min(Math.floor(at), scan.size[axis] - 2)
      return [low, at - low] as const
    }),
  )
  const data = new Int16Array(size[0] * size[1] * size[2])
  let out = 0
  for (const [z, wz] of taps[2]) {
    for (const [y, wy] of taps[1]) {
      for (const [x, wx] of taps[0]) {
        let sum = 0
        for (let corner = 0; corner < 8; corner++) {
          const [dx, dy, dz] = [corner & 1, (corner >> 1) & 1, corner >> 2]
          sum +=
            (dx ? wx : 1 - wx) *
            (dy ? wy : 1 - wy) *
            (dz ? wz : 1 - wz) *
            scan.data[x + dx + nx * (y + dy + ny * (z + dz))]
        }
        data[out++] = Math.round(sum)
      }
    }
  }
  const scale = size.map((n, axis) => scan.size[axis] / n)
  const affine = scan.affine.map((value, i) => {
    if (i >= 12) return value
    const [row, column] = [4 * Math.floor(i / 4), i % 4]
    if (column < 3) return value * scale[column]
    return value + [0, 1, 2].reduce((sum, axis) => sum + scan.affine[row + axis] * (scale[axis] / 2 - 0.5), 0)
  }) as unknown as Affine
  await writeScan(to, { data, size: [...size], affine })
}
