import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { originalName } from '../../../../../src/engine/models/import/huggingFaceNames.js'
import { openImport } from '../../../../../src/engine/models/import/importCheckpoint.js'
import { writeEmptyCheckpoint } from '../../../../support/emptyCheckpoint.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const folder = tempFolder()
const SKELETONS = path.resolve('models/skeletons')
const { weights } = JSON.parse(readFileSync(path.join(SKELETONS, 'sam-vit-b/map.json'), 'utf8')) as {
  weights: { tensor: string }[]
}

/** The published direction, from original names to Hugging Face's. */
function huggingFaceName(name: string): string {
  const layer = /^(.*(?:output_hypernetworks_mlps\.\d|iou_prediction_head))\.layers\.(\d)\.(.*)$/.exec(name)
  if (layer !== null) return `${layer[1]}.${['proj_in', 'layers.0', 'proj_out'][Number(layer[2])]}.${layer[3]}`
  const neck = ['conv1', 'layer_norm1', 'conv2', 'layer_norm2']
  const mask: Readonly<Record<string, string>> = {
    0: 'conv1',
    1: 'layer_norm1',
    3: 'conv2',
    4: 'layer_norm2',
    6: 'conv3',
  }
  const upscaling: Readonly<Record<string, string>> = {
    0: 'upscale_conv1',
    1: 'upscale_layer_norm',
    3: 'upscale_conv2',
  }
  return name
    .replace(
      'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix',
      'shared_image_embedding.positional_embedding',
    )
    .replace(/neck\.(\d)/, (_, n: string) => `neck.${neck[Number(n)]}`)
    .replace(/mask_downscaling\.(\d)/, (_, n: string) => `mask_embed.${mask[n]}`)
    .replace(/output_upscaling\.(\d)/, (_, n: string) => upscaling[n])
    .replace('point_embeddings', 'point_embed')
    .replace('image_encoder', 'vision_encoder')
    .replace('patch_embed.proj', 'patch_embed.projection')
    .replace('.norm', '.layer_norm')
    .replace('blocks', 'layers')
}

describe("the tensor names of Hugging Face's SAM", () => {
  it('mean the originals, all of them', () => {
    const renamed = weights.map(({ tensor }) => huggingFaceName(tensor))
    expect(new Set(renamed).size).toBe(314)
    expect(renamed.map(originalName)).toEqual(weights.map(({ tensor }) => tensor))
    expect(originalName('prompt_encoder.shared_embedding.positional_embedding')).toBe(
      'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix',
    )
    expect(renamed).toContain('mask_decoder.transformer.layer_norm_final_attn.weight')
    expect(renamed).toContain('vision_encoder.layers.11.attn.rel_pos_h')
  })

  it('are recognised in a checkpoint', async () => {
    const file = await writeEmptyCheckpoint(
      path.join(folder, 'model.safetensors'),
      path.join(SKELETONS, 'sam-vit-b'),
      huggingFaceName,
    )
    const source = await openImport(file, SKELETONS)
    expect([source.architecture, source.task]).toEqual(['SAM ViT-B', 'segment'])
    await source.close()
  })
})
