import type { Sal } from './salFrame.js'
import { voxelToSal } from './salFrame.js'
import { medianInPlace, voteMedian } from './relativeDistance.js'
import type { Agent, ScanEmbedding } from './scanEmbedding.js'

/** Where relative distance regression puts one target. */
export interface CoarseEstimate {
  /** Median over templates, [superior, anterior, left] mm. */
  readonly estimateMm: Sal
  /** One prediction per template, in the order of the latents given. */
  readonly perTemplateMm: readonly Sal[]
}

/** Radii in mm within which agents vote in each refining step, after the whole body has voted. */
const REFINE_RADII_MM = [90, 60, 45] as const

/**
 * Relative distance regression with many agents: the whole body votes, then only agents near the
 * estimate, in steps; each template is voted on apart, and the estimate is their median
 * (spec sections 4 and 14, defects 8 and 9 of section 11).
 *
 * @param targets per target the latents of that point in every template that has it
 * @param checkCancelled called between network runs
 */
export async function localizeCoarsely(
  embedding: ScanEmbedding,
  queries: readonly (readonly Sal[])[],
  rangeMm: Sal,
  checkCancelled: () => void,
): Promise<readonly CoarseEstimate[]> {
  const { volume } = embedding
  const vote = (agents: readonly Agent[], latents: readonly Sal[]): CoarseEstimate => {
    const positions = agents.map((agent) => voxelToSal(volume, agent.voxel))
    const perTemplateMm = latents.map((latent) => voteMedian(agents, positions, latent, rangeMm))
    return { estimateMm: medianPoint(perTemplateMm), perTemplateMm }
  }
  const body = await embedding.bodyAgents()
  checkCancelled()
  const results: CoarseEstimate[] = []
  for (const latents of queries) {
    let current = vote(body, latents)
    for (const radiusMm of REFINE_RADII_MM) {
      const agents = await embedding.agentsNear(toVoxel(embedding, current.estimateMm), radiusMm)
      checkCancelled()
      current = vote(agents, latents)
    }
    results.push(current)
  }
  return results
}

/** Median per axis of points. */
function medianPoint(points: readonly Sal[]): Sal {
  const along = (axis: 0 | 1 | 2): number => medianInPlace(Float64Array.from(points, (p) => p[axis]))
  return [along(0), along(1), along(2)]
}

function toVoxel({ volume }: ScanEmbedding, p: Sal): Sal {
  return [
    (p[0] - volume.originMm[0]) / volume.spacingMm,
    (p[1] - volume.originMm[1]) / volume.spacingMm,
    (p[2] - volume.originMm[2]) / volume.spacingMm,
  ]
}
