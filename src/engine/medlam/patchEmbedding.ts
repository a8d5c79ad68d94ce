import { mapAxes } from '../../shared/geometry/vector.js'
import type { PatchModelCard } from '../../shared/modelCard.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import type { NetworkTensor } from '../runtime/network.js'
import { spreadOverBody } from './bodyAgents.js'
import { normaliseFeatureMap, type FeatureMap } from './featureMap.js'
import type { MedlamModel } from './model.js'
import { cutBlock, type PreparedVolume } from './prepare.js'
import { latentOf, salVoxel, type Latent, type SalVoxel } from './salFrame.js'
import type { Agent, ScanEmbedding } from './scanEmbedding.js'

/** How many patches look at the whole body before the search narrows; each costs one run of the network. */
const BODY_PATCHES = 12
/** Patches whose features are kept for asking again; one holds about 120 MB for the published network. */
const KEPT_PATCHES = 2

/** A scan seen through a patch model: one network run per position, as with the published checkpoint. */
export function embedPatches(model: MedlamModel, card: PatchModelCard, volume: PreparedVolume): ScanEmbedding {
  const latents = new Map<string, Latent>()
  const kept = new Map<string, readonly FeatureMap[]>()
  const side = card.patchVoxels

  /** The patch whose voxel `patchVoxels / 2` is the position (docs/method.md, section 3.3). */
  const firstVoxel = (voxel: SalVoxel): SalVoxel => salVoxel(...mapAxes((axis) => voxel[axis] - side / 2))
  const patchAt = (voxel: SalVoxel): NetworkTensor => ({
    data: cutBlock(volume, firstVoxel(voxel), [side, side, side]),
    dims: [1, 1, side, side, side],
  })

  const agentAt = async (voxel: SalVoxel): Promise<Agent> => {
    const whole = nearest(voxel)
    const key = whole.join()
    const known = latents.get(key)
    if (known !== undefined) return { voxel: whole, latent: known }
    const { [card.position.output]: output } = await model.position.run({ [card.position.input]: patchAt(whole) }, [
      card.position.output,
    ])
    const latent = toLatent(output)
    latents.set(key, latent)
    return { voxel: whole, latent }
  }

  const featureMapsAt = async (voxel: SalVoxel): Promise<readonly FeatureMap[]> => {
    const key = voxel.join()
    const known = kept.get(key)
    if (known !== undefined) return known
    const from = firstVoxel(voxel)
    const names = card.features.outputs.map(({ name }) => name)
    const outputs = await model.features.run({ [card.features.input]: patchAt(voxel) }, names)
    const featureMaps = card.features.outputs.map((output) => {
      const { data, dims } = outputs[output.name]
      if (!(data instanceof Float32Array) || dims[1] !== output.channels) {
        throw new MedlsamError(
          'model',
          `The output ${output.name} of ${card.features.file} has not the ${output.channels} channels its card promises.`,
        )
      }
      return normaliseFeatureMap({
        data,
        channels: output.channels,
        size: [dims[2], dims[3], dims[4]],
        originVoxel: salVoxel(...mapAxes((axis) => from[axis] + output.offsetVoxels)),
        strideVoxels: output.strideVoxels,
      })
    })
    kept.set(key, featureMaps)
    for (const old of kept.keys()) {
      if (kept.size <= KEPT_PATCHES) break
      kept.delete(old)
    }
    return featureMaps
  }

  /** Latent at a fractional position: that of the nearest voxel, moved along by the remaining mm. */
  const latentAt = async (voxel: SalVoxel): Promise<Latent> => {
    const agent = await agentAt(voxel)
    const moved = (axis: 0 | 1 | 2): number =>
      agent.latent[axis] + Math.atanh(((voxel[axis] - agent.voxel[axis]) * volume.spacingMm) / card.rangeMm[axis])
    return latentOf(...mapAxes(moved))
  }

  return {
    model,
    volume,
    bodyAgents: () => inTurn(spreadOverBody(volume, BODY_PATCHES), agentAt),
    agentsNear: async (voxel) => [await agentAt(voxel)],
    latentsAt: (voxels) => inTurn(voxels, latentAt),
    reserveFeatures: () => undefined,
    featuresAround: (voxel) => featureMapsAt(nearest(voxel)),
  }
}

function nearest(voxel: SalVoxel): SalVoxel {
  return salVoxel(...mapAxes((axis) => Math.round(voxel[axis])))
}

/** One after the other: a batch of patches would need several GB of memory. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}

function toLatent({ data }: NetworkTensor): Latent {
  return latentOf(...mapAxes((axis) => Number(data[axis])))
}
