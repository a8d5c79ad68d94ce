import type { GridVolume } from './grid.js'

/** A way a scan's voxels may lie wrongly: one axis runs the other way. */
export type ScanTurn = 'right-left' | 'front-back' | 'head-foot'

/** All ways that are looked for. */
export const TURNS: readonly ScanTurn[] = ['right-left', 'front-back', 'head-foot']

/** A scan with one axis the other way round, in its own place. */
export function turnScan(scan: GridVolume, turn: ScanTurn): GridVolume {
  const { data, size } = scan
  const [nx, ny, nz] = size
  const [fx, fy, fz] = [turn === 'right-left', turn === 'front-back', turn === 'head-foot']
  const out = new Int16Array(data.length)
  for (let z = 0, to = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = nx * ((fy ? ny - 1 - y : y) + ny * (fz ? nz - 1 - z : z))
      if (fx) for (let x = nx - 1; x >= 0; x--) out[to++] = data[row + x]
      else for (let x = 0; x < nx; x++) out[to++] = data[row + x]
    }
  }
  return { ...scan, data: out }
}
