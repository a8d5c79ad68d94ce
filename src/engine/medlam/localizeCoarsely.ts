import { mapAxes } from '../../shared/geometry/vector.js'
import { medianInPlace } from '../numeric/statistics.js'
import { distanceRangeMm } from './model.js'
import { voteMedian } from './relativeDistance.js'
import { salMm, salToVoxel, voxelToSal, type Latent, type SalMm } from './salFrame.js'
import type { Agent, ScanEmbedding } from './scanEmbedding.js'

/** Where relative distance regression puts one landmark. */
export interface CoarseEstimate {
  /** Median over templates. */
  readonly estimateMm: SalMm
  /** One prediction per template, in the order of the latents given. */
  readonly perTemplateMm: readonly SalMm[]
}

/** Radii in mm within which agents vote in each refining step, after the whole body has voted. */
const REFINE_RADII_MM = [90, 60, 45] as const

/**
 * Relative distance regression with many agents: the whole body votes, then only agents near the
 * estimate, in steps. Each template is voted on apart, and the estimate is their median
 * (docs/method.md, sections 4 and 12).
 *
 * @param queries per landmark the latents of that point in every template that has it
 * @param checkCancelled called between network runs
 */
export async function localizeCoarsely(
  embedding: ScanEmbedding,
  queries: readonly (readonly Latent[])[],
  checkCancelled: () => void,
): Promise<readonly CoarseEstimate[]> {
  const { model, volume } = embedding
  const rangeMm = distanceRangeMm(model.card)
  const vote = (agents: readonly Agent[], latents: readonly Latent[]): CoarseEstimate => {
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
      const agents = await embedding.agentsNear(salToVoxel(volume, current.estimateMm), radiusMm)
      checkCancelled()
      current = vote(agents, latents)
    }
    results.push(current)
  }
  return results
}

/** Median per axis of points. */
function medianPoint(points: readonly SalMm[]): SalMm {
  return salMm(...mapAxes((axis) => medianInPlace(Float64Array.from(points, (p) => p[axis]))))
}
