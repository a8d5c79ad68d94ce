import { add, mapAxes } from '../../shared/geometry/vector.js'
import { makeRandom } from '../numeric/random.js'
import { isBody, spreadOverBody } from './bodyAgents.js'
import type { FoundPoint, LandmarkQuery } from './landmarkQuery.js'
import { distanceRangeMm, featureOutputs } from './model.js'
import type { PreparedVolume } from './prepare.js'
import { relativeDistanceMm } from './relativeDistance.js'
import {
  latentOf,
  salMm,
  salToVoxel,
  salVoxel,
  voxelToSal,
  type Latent,
  type SalMm,
  type SalVoxel,
} from './salFrame.js'
import type { ScanEmbedding } from './scanEmbedding.js'
import { findPeak, similarityWindow } from './similarity.js'

/** Agents of the published procedure. */
const AGENTS = 10
/** They lie within this many voxels of the volume's centre. */
const AGENT_REACH_VOXELS = 10
/** Half the published patch: how far similarity may move a point. */
const WINDOW_VOXELS = 32
/** The published loop never gives up; ours falls back to the body's middle. */
const MAX_DRAWS = 10_000

/** What accompanies the search. */
export interface PublishedOptions {
  /** Seed of the agents' places. */
  readonly seed: number
  /** Called between network runs; throws to stop. */
  readonly checkCancelled: () => void
  readonly onDone: (done: number) => void
}

/**
 * The published procedure: 10 seeded agents near the volume's centre, one jump from their mean, means
 * of latents and descriptors over templates, plain argmax of the similarity (docs/method.md, sections 4
 * and 5; the random numbers are ours, not NumPy's).
 */
export async function localizeAsPublished(
  embedding: ScanEmbedding,
  queries: readonly LandmarkQuery[],
  { seed, checkCancelled, onDone }: PublishedOptions,
): Promise<FoundPoint[]> {
  const { model, volume } = embedding
  const agents = drawAgents(volume, seed)
  const latents = await embedding.latentsAt(agents)
  checkCancelled()
  const meanLatent = latentOf(...mean(latents))
  const meanPosition = voxelToSal(volume, salVoxel(...mean(agents)))
  const rangeMm = distanceRangeMm(model.card)
  const jump = (latent: Latent): SalMm => salMm(...add(meanPosition, relativeDistanceMm(rangeMm, latent, meanLatent)))
  const jumps = queries.map((query) => jump(latentOf(...mean(query.points.map((point) => point.latent)))))
  const centres = jumps.map((mm) => insideVolume(volume, salToVoxel(volume, mm)))
  embedding.reserveFeatures(centres, WINDOW_VOXELS)
  const found: FoundPoint[] = []
  for (const [i, query] of queries.entries()) {
    const averaged = averageDescriptors(query, featureOutputs(model.card).length)
    const window = await similarityWindow(embedding, centres[i], [averaged], WINDOW_VOXELS - 1, 1)
    checkCancelled()
    const peak = window === null ? null : findPeak(window.maps[0], window, centres[i], Infinity, 0)
    const voxel = peak === null ? centres[i] : salVoxel(...mapAxes((axis) => Math.round(peak.voxel[axis])))
    found.push({
      query,
      pointMm: voxelToSal(volume, voxel),
      coarseMm: jumps[i],
      perTemplateMm: query.points.map((point) => jump(point.latent)),
      similarity: peak?.value ?? null,
    })
    onDone(i + 1)
  }
  return found
}

/** The nearest whole voxel around which the similarity window fits into the volume. */
function insideVolume({ size }: PreparedVolume, voxel: SalVoxel): SalVoxel {
  return salVoxel(
    ...mapAxes((axis) =>
      Math.max(
        Math.min(Math.round(voxel[axis]), size[axis] - 1 - WINDOW_VOXELS),
        Math.min(WINDOW_VOXELS, Math.floor(size[axis] / 2)),
      ),
    ),
  )
}

function drawAgents(volume: PreparedVolume, seed: number): SalVoxel[] {
  const random = makeRandom(seed)
  const agents: SalVoxel[] = []
  for (let draw = 0; draw < MAX_DRAWS && agents.length < AGENTS; draw++) {
    const along = (axis: 0 | 1 | 2): number =>
      Math.floor(volume.size[axis] / 2 - AGENT_REACH_VOXELS + random() * 2 * AGENT_REACH_VOXELS)
    const voxel = salVoxel(...mapAxes(along))
    if (isBody(volume, voxel)) agents.push(voxel)
  }
  return agents.length > 0 ? agents : spreadOverBody(volume, 1)
}

function mean(points: readonly (readonly [number, number, number])[]): [number, number, number] {
  return mapAxes((axis) => points.reduce((sum, p) => sum + p[axis], 0) / points.length)
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
