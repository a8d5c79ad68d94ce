import type { Size3 } from './points.js'
import type { Affine } from './affine.js'

/** Numbers a voxel array can hold. */
export type VoxelArray = Int16Array | Float32Array | Uint8Array | Uint16Array | Uint32Array

/** A 3D array in memory: `data[x + size[0] * (y + size[1] * z)]`, and where its voxels are in the patient. */
export interface Volume<T extends VoxelArray = VoxelArray> {
  readonly data: T
  readonly size: Size3
  /** Voxel index (x, y, z) to RAS mm. */
  readonly affine: Affine
}

/** What an output must repeat so that it lies on its scan: the source's NIfTI header, where it had one. */
export interface SourceGeometry {
  /** The raw header bytes (348 for NIfTI-1, 540 for NIfTI-2), or null for formats without one. */
  readonly niftiHeader: Uint8Array | null
  readonly size: Size3
  readonly affine: Affine
}

/** What CT shows of air, by the definition of HU. */
export const AIR_HU = -1000

/** A CT in HU, non-finite voxels already replaced by air. */
export interface Scan extends Volume<Int16Array | Float32Array> {
  readonly path: string
  /** SHA-256 of the file as stored on disk. */
  readonly sha256: string
  readonly geometry: SourceGeometry
  /** Sentences for the user about doubtful headers. */
  readonly warnings: readonly string[]
}

/** A label map: 0 is background. */
export type LabelVolume = Volume<Uint8Array | Uint16Array | Uint32Array>

/** Labels that no change of the others reaches. */
export function copyLabels(labels: LabelVolume): LabelVolume {
  return { ...labels, data: labels.data.slice() }
}
