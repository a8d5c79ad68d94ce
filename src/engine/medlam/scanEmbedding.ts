import type { FeatureMap } from './featureMap.js'
import type { Sal } from './salFrame.js'
import type { PreparedVolume } from './prepare.js'

/** A place in the scan (voxel of the prepared volume) and the network's latent there. */
export interface Agent {
  readonly voxel: Sal
  readonly latent: Sal
}

/**
 * What localization may ask of a scan, whichever kind of model answers. All positions are
 * fractional voxel indices of the prepared volume.
 */
export interface ScanEmbedding {
  readonly volume: PreparedVolume
  /** Agents spread over the body: every cell of a dense model's grid, a spread sample for a patch model. */
  bodyAgents(): Promise<readonly Agent[]>
  /** Agents within a distance of a place: cells of the dense grid, or the place itself for a patch model. */
  agentsNear(voxel: Sal, radiusMm: number): Promise<readonly Agent[]>
  /** Latents exactly at these positions. */
  latentsAt(voxels: readonly Sal[]): Promise<readonly Sal[]>
  /** Tells a dense model which places will be asked for, so that few passes cover them all. */
  reserveFeatures(voxels: readonly Sal[], radiusVoxels: number): void
  /**
   * Unit feature vectors around a position, one field per scale of the model card, reaching
   * `radiusVoxels` on every side of it where the model and the volume allow.
   */
  featuresAround(voxel: Sal, radiusVoxels: number): Promise<readonly FeatureMap[]>
}
