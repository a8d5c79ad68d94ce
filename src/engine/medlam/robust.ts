import { localizeCoarsely } from './coarse.js'
import { salToVoxel, voxelToSal } from './salFrame.js'
import type { MedlamModel } from './model.js'
import type { ScanEmbedding } from './scanEmbedding.js'
import { findPeak, similarityWindow, type SimilarityWindow } from './similarity.js'
import type { FoundPoint, LandmarkQuery } from './landmarkQuery.js'

/** How far from the coarse estimate similarity is computed, in mm. */
const WINDOW_MM = 24
/** Lattice of the similarity window, in voxels. */
const STEP_VOXELS = 1
/** Deviation of the distance prior in mm, and the similarity lost at that distance (times one half). */
const PRIOR_SIGMA_MM = 14
const PRIOR_WEIGHT = 0.05

/**
 * Our procedure: many agents and refining steps, then the mean similarity of all templates around the
 * coarse estimate with a distance prior, with a sub-voxel peak; per-template peaks are kept.
 */
export async function localizeRobustly(
  model: MedlamModel,
  embedding: ScanEmbedding,
  queries: readonly LandmarkQuery[],
  checkCancelled: () => void,
  onDone: (done: number) => void,
): Promise<FoundPoint[]> {
  const { volume } = embedding
  const latents = queries.map((query) => query.points.map((point) => point.latent))
  const coarse = await localizeCoarsely(embedding, latents, model.card.rangeMm, checkCancelled)
  const centres = coarse.map(({ estimateMm }) => salToVoxel(volume, estimateMm))
  const radius = WINDOW_MM / volume.spacingMm
  embedding.reserveFeatures(centres, radius)
  const found: FoundPoint[] = []
  for (const [i, query] of queries.entries()) {
    const descriptors = query.points.map((point) => point.descriptors)
    const window = await similarityWindow(model, embedding, centres[i], descriptors, radius, STEP_VOXELS)
    checkCancelled()
    const { estimateMm, perTemplateMm } = coarse[i]
    if (window === null) {
      found.push({ query, pointMm: estimateMm, coarseMm: estimateMm, perTemplateMm, similarity: null })
    } else {
      const prior = PRIOR_SIGMA_MM / volume.spacingMm
      const peak = findPeak(meanMap(window), window, centres[i], prior, PRIOR_WEIGHT)
      const peaks = window.maps.map((map) => findPeak(map, window, centres[i], prior, PRIOR_WEIGHT))
      found.push({
        query,
        pointMm: voxelToSal(volume, peak.voxel),
        coarseMm: estimateMm,
        perTemplateMm: peaks.map(({ voxel }) => voxelToSal(volume, voxel)),
        similarity: bestSimilarity(window),
      })
    }
    onDone(i + 1)
  }
  return found
}

/** Mean over templates of the best similarity anywhere in the window. */
function bestSimilarity({ maps }: SimilarityWindow): number {
  return maps.reduce((sum, map) => sum + map.reduce((best, value) => Math.max(best, value), -1), 0) / maps.length
}

function meanMap({ maps }: SimilarityWindow): Float32Array {
  const mean = new Float32Array(maps[0].length)
  for (const map of maps) for (let i = 0; i < mean.length; i++) mean[i] += map[i] / maps.length
  return mean
}
