import { isBody, spreadOverBody } from './bodyAgents.js'
import { salToVoxel, voxelToSal, type Sal } from './salFrame.js'
import { featureOutputs, type MedlamModel } from './model.js'
import { makeRandom } from '../numeric/random.js'
import { relativeDistanceMm } from './relativeDistance.js'
import type { ScanEmbedding } from './scanEmbedding.js'
import { findPeak, similarityWindow } from './similarity.js'
import type { FoundPoint, LandmarkQuery } from './landmarkQuery.js'

/** Agents of the published procedure. */
const AGENTS = 10
/** They lie within this many voxels of the volume's centre. */
const AGENT_REACH_VOXELS = 10
/** Half the published patch: how far similarity may move a point. */
const WINDOW_VOXELS = 32
/** The published loop never gives up; ours falls back to the body's middle. */
const MAX_DRAWS = 10_000

/**
 * The published procedure: 10 seeded agents near the volume's centre, one jump from their mean, means
 * of latents and descriptors over templates, plain argmax of the similarity
 * (spec sections 4 and 5; the random numbers are ours, not NumPy's).
 */
export async function localizeAsPublished(
  model: MedlamModel,
  embedding: ScanEmbedding,
  queries: readonly LandmarkQuery[],
  seed: number,
  checkCancelled: () => void,
  onDone: (done: number) => void,
): Promise<FoundPoint[]> {
  const { volume } = embedding
  const agents = drawAgents(embedding, seed)
  const latents = await embedding.latentsAt(agents)
  checkCancelled()
  const meanLatent = mean(latents)
  const meanPosition = voxelToSal(volume, mean(agents))
  const range = model.card.rangeMm
  const jumps = queries.map((query) => jump(meanPosition, mean(query.points.map((p) => p.latent)), meanLatent, range))
  const centres = jumps.map((mm) => {
    const voxel = salToVoxel(volume, mm)
    const clamp = (axis: 0 | 1 | 2): number =>
      Math.max(
        Math.min(Math.round(voxel[axis]), volume.size[axis] - 1 - WINDOW_VOXELS),
        Math.min(WINDOW_VOXELS, Math.floor(volume.size[axis] / 2)),
      )
    return [clamp(0), clamp(1), clamp(2)] as const
  })
  embedding.reserveFeatures(centres, WINDOW_VOXELS)
  const found: FoundPoint[] = []
  for (const [i, query] of queries.entries()) {
    const averaged = averageDescriptors(query, featureOutputs(model.card).length)
    const window = await similarityWindow(model, embedding, centres[i], [averaged], WINDOW_VOXELS - 1, 1)
    checkCancelled()
    const peak = window === null ? null : findPeak(window.maps[0], window, centres[i], Infinity, 0)
    const voxel =
      peak === null
        ? centres[i]
        : ([Math.round(peak.voxel[0]), Math.round(peak.voxel[1]), Math.round(peak.voxel[2])] as const)
    found.push({
      query,
      pointMm: voxelToSal(volume, voxel),
      coarseMm: jumps[i],
      perTemplateMm: query.points.map((point) => jump(meanPosition, point.latent, meanLatent, range)),
      similarity: peak?.value ?? null,
    })
    onDone(i + 1)
  }
  return found
}

function drawAgents({ volume }: ScanEmbedding, seed: number): Sal[] {
  const random = makeRandom(seed)
  const agents: Sal[] = []
  for (let draw = 0; draw < MAX_DRAWS && agents.length < AGENTS; draw++) {
    const along = (axis: 0 | 1 | 2): number =>
      Math.floor(volume.size[axis] / 2 - AGENT_REACH_VOXELS + random() * 2 * AGENT_REACH_VOXELS)
    const voxel: Sal = [along(0), along(1), along(2)]
    if (isBody(volume, voxel)) agents.push(voxel)
  }
  return agents.length > 0 ? agents : spreadOverBody(volume, 1)
}

function jump(from: Sal, query: Sal, agent: Sal, range: Sal): Sal {
  const d = relativeDistanceMm(range, query, agent)
  return [from[0] + d[0], from[1] + d[1], from[2] + d[2]]
}

function mean(points: readonly Sal[]): Sal {
  const along = (axis: 0 | 1 | 2): number => points.reduce((sum, p) => sum + p[axis], 0) / points.length
  return [along(0), along(1), along(2)]
}

function averageDescriptors(query: LandmarkQuery, scales: number): Float32Array[] {
  return Array.from({ length: scales }, (_, scale) => {
    const sum = new Float32Array(query.points[0].descriptors[scale].length)
    for (const { descriptors } of query.points) {
      for (let i = 0; i < sum.length; i++) sum[i] += descriptors[scale][i] / query.points.length
    }
    return sum
  })
}
