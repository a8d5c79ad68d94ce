import type { Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { DenseModelCard } from '../../shared/modelCard.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import type { NetworkTensor } from '../runtime/network.js'
import { isBodyCell } from './bodyAgents.js'
import { normaliseFeatureMap, sampleFeatureMap, type FeatureMap } from './featureMap.js'
import type { MedlamModel } from './model.js'
import { cutBlock, type PreparedVolume } from './prepare.js'
import { latentOf, salVoxel, type SalVoxel } from './salFrame.js'
import type { Agent, ScanEmbedding } from './scanEmbedding.js'

/** Largest block of voxels one feature pass may see, halo included; bounds memory on whole-body scans. */
const FEATURE_BLOCK_VOXELS = 2_000_000
/** Feature blocks kept for asking again. */
const KEPT_BLOCKS = 3

/** More agents than this over the whole body only cost time. */
const MAX_BODY_AGENTS = 2000
/** Fewer agents than this near an estimate are joined by the next nearest. */
const MIN_NEAR_AGENTS = 12

/** Voxels of the prepared volume, first and last inclusive. */
interface FeatureRegion {
  readonly min: SalVoxel
  readonly max: SalVoxel
}

/** What one feature pass over a region gave, one map per scale. */
interface FeatureBlock extends FeatureRegion {
  readonly featureMaps: readonly FeatureMap[]
}

/**
 * A scan seen through a dense model: one pass for the latents of the whole volume, and feature
 * passes only over the region that is asked for (docs/method.md, section 11.2).
 */
export function embedDense(model: MedlamModel, card: DenseModelCard, volume: PreparedVolume): ScanEmbedding {
  let latents: Promise<FeatureMap> | undefined
  let reserved: FeatureRegion[] = []
  const blocks: FeatureBlock[] = []

  const latentMap = (): Promise<FeatureMap> => (latents ??= runPosition(model, card, volume))

  const allAgents = once(async () => agentsOf(await latentMap(), volume))

  return {
    model,
    volume,
    bodyAgents: async () => thinned(await allAgents(), MAX_BODY_AGENTS),
    agentsNear: async (centre, radiusMm) => {
      const squared = (radiusMm / volume.spacingMm) ** 2
      const away = ({ voxel }: Agent): number =>
        (voxel[0] - centre[0]) ** 2 + (voxel[1] - centre[1]) ** 2 + (voxel[2] - centre[2]) ** 2
      const agents = await allAgents()
      const near = agents.filter((agent) => away(agent) <= squared)
      if (near.length >= MIN_NEAR_AGENTS) return near
      return [...agents].sort((a, b) => away(a) - away(b)).slice(0, MIN_NEAR_AGENTS)
    },
    latentsAt: async (voxels) => {
      const featureMap = await latentMap()
      return voxels.map((voxel) => {
        const [s, a, l] = sampleFeatureMap(featureMap, voxel)
        return latentOf(s, a, l)
      })
    },
    reserveFeatures: (voxels, radiusVoxels) => {
      reserved = groupRegions(voxels.map((voxel) => around(voxel, radiusVoxels, volume.size)))
    },
    featuresAround: async (voxel, radiusVoxels) => {
      const wanted = around(voxel, radiusVoxels, volume.size)
      const ready = blocks.find((block) => covers(block, wanted))
      if (ready !== undefined) return ready.featureMaps
      const region = reserved.find((candidate) => covers(candidate, wanted)) ?? wanted
      const block: FeatureBlock = { ...region, featureMaps: await runFeatures(model, card, volume, region) }
      blocks.unshift(block)
      blocks.length = Math.min(blocks.length, KEPT_BLOCKS)
      return block.featureMaps
    },
  }
}

/** The cells of a latent map that show the body. */
function agentsOf({ data, size, originVoxel, strideVoxels }: FeatureMap, volume: PreparedVolume): Agent[] {
  const cells = size[0] * size[1] * size[2]
  const agents: Agent[] = []
  for (let i = 0; i < cells; i++) {
    const cell = [Math.floor(i / (size[1] * size[2])), Math.floor(i / size[2]) % size[1], i % size[2]] as const
    const voxel = salVoxel(...mapAxes((axis) => originVoxel[axis] + cell[axis] * strideVoxels))
    if (isBodyCell(volume, voxel, strideVoxels))
      agents.push({ voxel, latent: latentOf(data[i], data[cells + i], data[2 * cells + i]) })
  }
  return agents
}

function around(voxel: SalVoxel, radius: number, size: Size3): FeatureRegion {
  const clamp = (value: number, axis: 0 | 1 | 2): number => Math.min(Math.max(value, 0), size[axis] - 1)
  return {
    min: salVoxel(...mapAxes((axis) => clamp(Math.floor(voxel[axis] - radius), axis))),
    max: salVoxel(...mapAxes((axis) => clamp(Math.ceil(voxel[axis] + radius), axis))),
  }
}

function covers(outer: FeatureRegion, inner: FeatureRegion): boolean {
  return [0, 1, 2].every((axis) => outer.min[axis] <= inner.min[axis] && outer.max[axis] >= inner.max[axis])
}

/** Joins regions from inferior to superior while the joined box stays within the block limit. */
function groupRegions(regions: readonly FeatureRegion[]): FeatureRegion[] {
  const joined: FeatureRegion[] = []
  for (const region of [...regions].sort((a, b) => a.min[0] - b.min[0])) {
    const last = joined.at(-1)
    const both = last === undefined ? region : union(last, region)
    if (last !== undefined && volumeOf(both) <= FEATURE_BLOCK_VOXELS) joined[joined.length - 1] = both
    else joined.push(region)
  }
  return joined
}

function union(a: FeatureRegion, b: FeatureRegion): FeatureRegion {
  return {
    min: salVoxel(...mapAxes((axis) => Math.min(a.min[axis], b.min[axis]))),
    max: salVoxel(...mapAxes((axis) => Math.max(a.max[axis], b.max[axis]))),
  }
}

function volumeOf({ min, max }: FeatureRegion): number {
  return (max[0] - min[0] + 1) * (max[1] - min[1] + 1) * (max[2] - min[2] + 1)
}

async function runPosition(model: MedlamModel, card: DenseModelCard, volume: PreparedVolume): Promise<FeatureMap> {
  const { input, output, multipleOf, strideVoxels, offsetVoxels } = card.position
  const size = mapAxes((axis) => Math.ceil(volume.size[axis] / multipleOf) * multipleOf)
  const outputs = await model.position.run({
    [input]: { data: cutBlock(volume, salVoxel(0, 0, 0), size), dims: [1, 1, ...size] },
  })
  const originVoxel = salVoxel(offsetVoxels, offsetVoxels, offsetVoxels)
  return toFeatureMap(outputs[output], card.position.file, { channels: 3, originVoxel, strideVoxels })
}

/** One feature pass over a region plus halo; cells outside the region are dropped again. */
async function runFeatures(
  model: MedlamModel,
  card: DenseModelCard,
  volume: PreparedVolume,
  region: FeatureRegion,
): Promise<FeatureMap[]> {
  const { input, multipleOf, haloVoxels, outputs: scales } = card.features
  // Clipped to the volume, so that a region at its border sees what one pass over the whole would.
  const from = salVoxel(
    ...mapAxes((axis) => Math.max(0, Math.floor((region.min[axis] - haloVoxels) / multipleOf) * multipleOf)),
  )
  const size = mapAxes((axis) => {
    const end = Math.min(region.max[axis] + haloVoxels + 1, volume.size[axis])
    return Math.ceil((end - from[axis]) / multipleOf) * multipleOf
  })
  const outputs = await model.features.run({ [input]: { data: cutBlock(volume, from, size), dims: [1, 1, ...size] } })
  return scales.map(({ name, channels, offsetVoxels, strideVoxels, kernelSide }) => {
    const originVoxel = salVoxel(...mapAxes((axis) => from[axis] + offsetVoxels))
    const whole = toFeatureMap(outputs[name], card.features.file, { channels, originVoxel, strideVoxels })
    return normaliseFeatureMap(trim(whole, region, kernelSide))
  })
}

/** Keeps the cells of the region and the ring of cells a kernel at its border needs. */
function trim(featureMap: FeatureMap, region: FeatureRegion, kernelSide: number): FeatureMap {
  const ring = Math.ceil(kernelSide / 2)
  const low = mapAxes((axis) =>
    Math.max(0, Math.floor((region.min[axis] - featureMap.originVoxel[axis]) / featureMap.strideVoxels) - ring),
  )
  const high = mapAxes((axis) =>
    Math.min(
      featureMap.size[axis] - 1,
      Math.ceil((region.max[axis] - featureMap.originVoxel[axis]) / featureMap.strideVoxels) + ring,
    ),
  )
  const size = mapAxes((axis) => high[axis] - low[axis] + 1)
  const data = new Float32Array(featureMap.channels * size[0] * size[1] * size[2])
  let at = 0
  for (let c = 0; c < featureMap.channels; c++) {
    for (let z = low[0]; z <= high[0]; z++) {
      for (let y = low[1]; y <= high[1]; y++) {
        const row = ((c * featureMap.size[0] + z) * featureMap.size[1] + y) * featureMap.size[2] + low[2]
        data.set(featureMap.data.subarray(row, row + size[2]), at)
        at += size[2]
      }
    }
  }
  const originVoxel = salVoxel(...mapAxes((axis) => featureMap.originVoxel[axis] + low[axis] * featureMap.strideVoxels))
  return { ...featureMap, data, size, originVoxel }
}

function toFeatureMap(
  tensor: NetworkTensor,
  file: string,
  promised: Pick<FeatureMap, 'channels' | 'originVoxel' | 'strideVoxels'>,
): FeatureMap {
  const { data, dims } = tensor
  if (!(data instanceof Float32Array) || dims.length !== 5 || dims[1] !== promised.channels) {
    throw new MedlsamError(
      'model',
      `${file} gives an output of shape ${dims.join('x')} where its card promises ${promised.channels} channels.`,
      file,
    )
  }
  return { ...promised, data, size: [dims[2], dims[3], dims[4]] }
}

/** Every nth item, so that at most `most` are left. */
function thinned<T>(items: readonly T[], most: number): readonly T[] {
  const step = Math.ceil(items.length / most)
  return step <= 1 ? items : items.filter((_, i) => i % step === 0)
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
