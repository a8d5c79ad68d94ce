import type { FoundPoint, LandmarkQuery } from './landmarkQuery.js'
import { localizeCoarsely, type CoarseEstimate } from './localizeCoarsely.js'
import { salToVoxel, voxelToSal, type SalMm } from './salFrame.js'
import type { ScanEmbedding } from './scanEmbedding.js'
import { findPeak, similarityWindow, type SimilarityWindow } from './similarity.js'

/** How far from the coarse estimate similarity is computed, in mm. */
const WINDOW_MM = 24
/** Lattice of the similarity window, in voxels. */
const STEP_VOXELS = 1
/** Deviation of the distance prior in mm, and the similarity lost at that distance (times one half). */
const PRIOR_SIGMA_MM = 14
const PRIOR_WEIGHT = 0.05

/**
 * Our procedure: many agents and refining steps, then the mean similarity of all templates around the
 * coarse estimate with a distance prior and a sub-voxel peak. Per-template peaks are kept
 * (docs/method.md, sections 4, 5 and 12).
 * @param checkCancelled called between network runs; throws to stop
 */
export async function localizeRobustly(
  embedding: ScanEmbedding,
  queries: readonly LandmarkQuery[],
  checkCancelled: () => void,
  onDone: (done: number) => void,
): Promise<FoundPoint[]> {
  const { volume } = embedding
  const latents = queries.map((query) => query.points.map((point) => point.latent))
  const coarse = await localizeCoarsely(embedding, latents, checkCancelled)
  const centres = coarse.map(({ estimateMm }) => salToVoxel(volume, estimateMm))
  const radius = WINDOW_MM / volume.spacingMm
  embedding.reserveFeatures(centres, radius)
  const found: FoundPoint[] = []
  for (const [i, query] of queries.entries()) {
    const descriptors = query.points.map((point) => point.descriptors)
    const window = await similarityWindow(embedding, centres[i], descriptors, radius, STEP_VOXELS)
    checkCancelled()
    found.push(refined(embedding, query, coarse[i], window))
    onDone(i + 1)
  }
  return found
}

/** The point where the similarity around a coarse estimate is highest; the estimate itself where there is none. */
function refined(
  { volume }: ScanEmbedding,
  query: LandmarkQuery,
  { estimateMm, perTemplateMm }: CoarseEstimate,
  window: SimilarityWindow | null,
): FoundPoint {
  if (window === null) return { query, pointMm: estimateMm, coarseMm: estimateMm, perTemplateMm, similarity: null }
  const sigmaVoxels = PRIOR_SIGMA_MM / volume.spacingMm
  const peakOf = (map: Float32Array): SalMm =>
    voxelToSal(volume, findPeak(map, window, window.centreVoxel, sigmaVoxels, PRIOR_WEIGHT).voxel)
  return {
    query,
    pointMm: peakOf(meanMap(window)),
    coarseMm: estimateMm,
    perTemplateMm: window.maps.map(peakOf),
    similarity: bestSimilarity(window),
  }
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
