/**
 * The names of SAM's tensors in Hugging Face's `SamModel`, back to those of the original checkpoints, in order of use.
 * Source: convert_sam_to_hf.py in huggingface/transformers, which renames in the other direction.
 */
const RENAMED: readonly (readonly [RegExp, string])[] = [
  [
    /^(shared_image_embedding|prompt_encoder\.shared_embedding)\.positional_embedding$/,
    'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix',
  ],
  [/^vision_encoder\.layers\./, 'image_encoder.blocks.'],
  [/^vision_encoder\./, 'image_encoder.'],
  [/^image_encoder\.patch_embed\.projection\./, 'image_encoder.patch_embed.proj.'],
  [/^image_encoder\.neck\.conv1\./, 'image_encoder.neck.0.'],
  [/^image_encoder\.neck\.layer_norm1\./, 'image_encoder.neck.1.'],
  [/^image_encoder\.neck\.conv2\./, 'image_encoder.neck.2.'],
  [/^image_encoder\.neck\.layer_norm2\./, 'image_encoder.neck.3.'],
  [/^prompt_encoder\.point_embed\./, 'prompt_encoder.point_embeddings.'],
  [/^prompt_encoder\.mask_embed\.conv1\./, 'prompt_encoder.mask_downscaling.0.'],
  [/^prompt_encoder\.mask_embed\.layer_norm1\./, 'prompt_encoder.mask_downscaling.1.'],
  [/^prompt_encoder\.mask_embed\.conv2\./, 'prompt_encoder.mask_downscaling.3.'],
  [/^prompt_encoder\.mask_embed\.layer_norm2\./, 'prompt_encoder.mask_downscaling.4.'],
  [/^prompt_encoder\.mask_embed\.conv3\./, 'prompt_encoder.mask_downscaling.6.'],
  [/^mask_decoder\.upscale_conv1\./, 'mask_decoder.output_upscaling.0.'],
  [/^mask_decoder\.upscale_layer_norm\./, 'mask_decoder.output_upscaling.1.'],
  [/^mask_decoder\.upscale_conv2\./, 'mask_decoder.output_upscaling.3.'],
  [/^(mask_decoder\.(?:output_hypernetworks_mlps\.\d+|iou_prediction_head))\.layers\.0\./, '$1.layers.1.'],
  [/^(mask_decoder\.(?:output_hypernetworks_mlps\.\d+|iou_prediction_head))\.proj_in\./, '$1.layers.0.'],
  [/^(mask_decoder\.(?:output_hypernetworks_mlps\.\d+|iou_prediction_head))\.proj_out\./, '$1.layers.2.'],
  [/\.layer_norm(\d|_final_attn)\./, '.norm$1.'],
]

/** Whether these are the names of Hugging Face's SAM. */
export function areHuggingFaceNames(names: readonly string[]): boolean {
  return names.some((name) => name.startsWith('vision_encoder.'))
}

/** The original checkpoint's name of a tensor in Hugging Face's SAM. */
export function originalName(name: string): string {
  return RENAMED.reduce((found, [pattern, replacement]) => found.replace(pattern, replacement), name)
}
