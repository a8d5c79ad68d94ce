import { RUN_LENGTH, type VoxelRuns } from '../labelEdit/voxelRuns.js'

/** Changed voxels as text, for the wire to the engine and for backups: base64 of 32-bit numbers, little-endian. */
export function packRuns(runs: VoxelRuns): string {
  return Buffer.from(runs.buffer, runs.byteOffset, runs.byteLength).toString('base64')
}

/** The changed voxels in a text; null when the text holds none. */
export function unpackRuns(text: string): VoxelRuns | null {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length % (4 * RUN_LENGTH) !== 0) return null
  return new Int32Array(Uint8Array.from(bytes).buffer)
}

/** The changed voxels in a text; null when it holds none, or some that lie outside of so many voxels. */
export function unpackRunsWithin(text: string, voxels: number): VoxelRuns | null {
  const runs = unpackRuns(text)
  if (runs === null || runs.length === 0) return runs
  const [start, length] = runs.subarray(-RUN_LENGTH)
  return start + length <= voxels ? runs : null
}
