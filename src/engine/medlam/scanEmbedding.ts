import type { FeatureMap } from './featureMap.js'
import type { MedlamModel } from './model.js'
import type { PreparedVolume } from './prepare.js'
import type { Latent, SalVoxel } from './salFrame.js'

/** A place in the scan and the network's latent there. */
export interface Agent {
  readonly voxel: SalVoxel
  readonly latent: Latent
}

/**
 * What localization may ask of a scan, whichever kind of model answers. All positions are
 * fractional voxel indices of the prepared volume.
 */
export interface ScanEmbedding {
  /** The model that answers. */
  readonly model: MedlamModel
  readonly volume: PreparedVolume
  /** Agents spread over the body: every cell of a dense model's grid, a spread sample for a patch model. */
  bodyAgents(): Promise<readonly Agent[]>
  /** Agents within a distance of a place: cells of the dense grid, or the place itself for a patch model. */
  agentsNear(voxel: SalVoxel, radiusMm: number): Promise<readonly Agent[]>
  /** Latents exactly at these positions. */
  latentsAt(voxels: readonly SalVoxel[]): Promise<readonly Latent[]>
  /** Tells a dense model which places will be asked for, so that few passes cover them all. */
  reserveFeatures(voxels: readonly SalVoxel[], radiusVoxels: number): void
  /**
   * Unit feature vectors around a position, one map per scale of the model card, reaching
   * `radiusVoxels` on every side of it where the model and the volume allow.
   */
  featuresAround(voxel: SalVoxel, radiusVoxels: number): Promise<readonly FeatureMap[]>
}
