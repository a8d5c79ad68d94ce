import type { PatchModelCard } from '../../shared/modelCard.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import type { NetworkTensor } from '../runtime/network.js'
import { spreadOverBody } from './bodyAgents.js'
import { normaliseFeatureMap, type FeatureMap } from './featureMap.js'
import type { Sal } from './salFrame.js'
import type { MedlamModel } from './model.js'
import { cutBlock, type PreparedVolume } from './prepare.js'
import type { Agent, ScanEmbedding } from './scanEmbedding.js'

/** How many patches look at the whole body before the search narrows; each costs one run of the network. */
const BODY_PATCHES = 12
/** Patches whose features are kept for asking again; one holds about 120 MB for the published network. */
const KEPT_PATCHES = 2

/** A scan seen through a patch model: one network run per position, as with the published checkpoint. */
export function embedPatches(model: MedlamModel, card: PatchModelCard, volume: PreparedVolume): ScanEmbedding {
  const latents = new Map<string, Sal>()
  const kept = new Map<string, readonly FeatureMap[]>()
  const side = card.patchVoxels

  /** The patch whose voxel `patchVoxels / 2` is the position (spec section 3). */
  const firstVoxel = (voxel: Sal): Sal => [voxel[0] - side / 2, voxel[1] - side / 2, voxel[2] - side / 2]
  const patchAt = (voxel: Sal): NetworkTensor => ({
    data: cutBlock(volume, firstVoxel(voxel), [side, side, side]),
    dims: [1, 1, side, side, side],
  })

  const agentAt = async (voxel: Sal): Promise<Agent> => {
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

  const fieldsAt = async (voxel: Sal): Promise<readonly FeatureMap[]> => {
    const key = voxel.join()
    const known = kept.get(key)
    if (known !== undefined) return known
    const from = firstVoxel(voxel)
    const names = card.features.outputs.map(({ name }) => name)
    const outputs = await model.features.run({ [card.features.input]: patchAt(voxel) }, names)
    const fields = card.features.outputs.map((output) => {
      const { data, dims } = outputs[output.name]
      if (!(data instanceof Float32Array) || dims[1] !== output.channels) {
        throw new MedlsamError(
          'model',
          `The output ${output.name} of ${card.features.file} has not the ${output.channels} channels its card promises.`,
        )
      }
      const offset = output.offsetVoxels
      return normaliseFeatureMap({
        data,
        channels: output.channels,
        size: [dims[2], dims[3], dims[4]],
        originVoxel: [from[0] + offset, from[1] + offset, from[2] + offset],
        strideVoxels: output.strideVoxels,
      })
    })
    kept.set(key, fields)
    for (const old of kept.keys()) {
      if (kept.size <= KEPT_PATCHES) break
      kept.delete(old)
    }
    return fields
  }

  /** Latent at a fractional position: that of the nearest voxel, moved along by the remaining mm. */
  const latentAt = async (voxel: Sal): Promise<Sal> => {
    const agent = await agentAt(voxel)
    const moved = (axis: 0 | 1 | 2): number =>
      agent.latent[axis] + Math.atanh(((voxel[axis] - agent.voxel[axis]) * volume.spacingMm) / card.rangeMm[axis])
    return [moved(0), moved(1), moved(2)]
  }

  return {
    volume,
    bodyAgents: () => inTurn(spreadOverBody(volume, BODY_PATCHES), agentAt),
    agentsNear: async (voxel) => [await agentAt(voxel)],
    latentsAt: (voxels) => inTurn(voxels, latentAt),
    reserveFeatures: () => undefined,
    featuresAround: (voxel) => fieldsAt(nearest(voxel)),
  }
}

function nearest(voxel: Sal): Sal {
  return [Math.round(voxel[0]), Math.round(voxel[1]), Math.round(voxel[2])]
}

/** One after the other: a batch of patches would need several GB of memory. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}

function toLatent({ data }: NetworkTensor): Sal {
  return [Number(data[0]), Number(data[1]), Number(data[2])]
}
