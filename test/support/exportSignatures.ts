import { decoderGraph, encoderGraph, withHalf } from './exportGraphs.js'
import type { GraphSpec, ValueSpec } from './onnxBuilder.js'

/** What the encoders of SAM return. */
export const EMBEDDING = [1, 256, 64, 64] as const

/** An input for slice images as three planes. */
export const planarIn = (
  name: string,
  side: number | string = 1024,
  type: 'float32' | 'float16' = 'float32',
): ValueSpec => ({
  name,
  type,
  dims: ['batch', 3, side, side],
})
/** An input for SAM's embedding. */
export const embeddingIn = (name: string, type: 'float32' | 'float16' = 'float32'): ValueSpec => ({
  name,
  type,
  dims: [...EMBEDDING],
})
/** The decoder of the Hugging Face export with boxes, with or without points. */
export function optimumDecoder(points: boolean): GraphSpec {
  return decoderGraph(
    [
      embeddingIn('image_embeddings'),
      embeddingIn('image_positional_embeddings'),
      ...(points
        ? [
            { name: 'input_points', dims: ['b', 'p', 'n', 2] },
            { name: 'input_labels', type: 'int64' as const, dims: ['b', 'p', 'n'] },
          ]
        : []),
      { name: 'input_boxes', dims: ['b', 'nb', 4] },
    ],
    {
      corners: 'input_boxes',
      pixelsPerUnit: 1,
      square: 1024,
      side: 256,
      count: 3,
      boxMask: 1,
      output: { name: 'pred_masks', dims: ['b', 'p', 3, 256, 256] },
    },
    {
      tensor: points ? 'input_labels' : 'image_positional_embeddings',
      output: { name: 'iou_scores', dims: ['b', 'p', 3] },
    },
  )
}

/** The decoder of EfficientSAM for so many points per prompt. */
export function efficientDecoder(points: number | string): GraphSpec {
  return decoderGraph(
    [
      { name: 'image_embeddings', dims: ['batch', 256, 64, 64] },
      { name: 'batched_point_coords', dims: [1, 'queries', points, 2] },
      { name: 'batched_point_labels', dims: [1, 'queries', points] },
      { name: 'orig_im_size', type: 'int64', dims: [2] },
    ],
    // The decoder rescales its coordinates by the size it is told: 256 here, a quarter of the square.
    {
      corners: 'batched_point_coords',
      pixelsPerUnit: 4,
      square: 1024,
      side: 256,
      count: 3,
      boxMask: 2,
      output: { name: 'output_masks', dims: [1, 'queries', 3, 256, 256] },
    },
    { tensor: 'image_embeddings', output: { name: 'iou_predictions', dims: [1, 'queries', 3] } },
  )
}

/** The decoder of SAM 2; older exports want a size. */
export function sam2Decoder(withSize: boolean): GraphSpec {
  return decoderGraph(
    [
      embeddingIn('image_embed'),
      { name: 'high_res_feats_0', dims: [1, 32, 256, 256] },
      { name: 'high_res_feats_1', dims: [1, 64, 128, 128] },
      { name: 'point_coords', dims: ['labels', 'points', 2] },
      { name: 'point_labels', dims: ['labels', 'points'] },
      { name: 'mask_input', dims: ['labels', 1, 256, 256] },
      { name: 'has_mask_input', dims: ['labels'] },
      ...(withSize ? [{ name: 'orig_im_size', type: 'int32' as const, dims: [2] }] : []),
    ],
    {
      corners: 'point_coords',
      pixelsPerUnit: 1,
      square: 1024,
      side: 256,
      count: 3,
      boxMask: 1,
      output: { name: 'masks', dims: ['labels', 3, 256, 256] },
    },
    { tensor: withSize ? 'image_embed' : 'point_labels', output: { name: 'iou_predictions', dims: ['labels', 3] } },
  )
}

/** The decoder of MedficientSAM. */
export function medficientDecoder(): GraphSpec {
  return decoderGraph([embeddingIn('image_embeddings'), { name: 'boxes', dims: [4] }], {
    corners: 'boxes',
    pixelsPerUnit: 512,
    square: 512,
    side: 512,
    count: 1,
    boxMask: 0,
    output: { name: 'masks', dims: [1, 1, 512, 512] },
  })
}

/** The prompt encoder of a LiteMedSAM in three files. */
export const litePrompt: GraphSpec = {
  inputs: [{ name: 'boxes', dims: ['batch', 1, 1, 4] }],
  outputs: [
    { name: 'sparse_embeddings', dims: ['batch', 2, 256] },
    { name: 'dense_embeddings', dims: ['batch', 256, 64, 64] },
  ],
  nodes: [
    { op: 'Reshape', inputs: ['boxes', 'corners'], outputs: ['two_corners'] },
    { op: 'Concat', inputs: ['two_corners', 'rest'], outputs: ['sparse_embeddings'], attributes: { axis: { int: 2 } } },
    { op: 'Identity', inputs: ['dense'], outputs: ['dense_embeddings'] },
  ],
  initializers: [
    { name: 'corners', dims: [3], ints: [1, 2, 2] },
    { name: 'rest', dims: [1, 2, 254], floats: new Float32Array(508) },
    { name: 'dense', dims: [...EMBEDDING], floats: new Float32Array(256 * 64 * 64) },
  ],
}

/** The mask decoder of a LiteMedSAM in three files. */
export function liteDecoder(): GraphSpec {
  const graph = decoderGraph(
    [
      embeddingIn('image_embeddings'),
      embeddingIn('image_pe'),
      { name: 'sparse_prompt_embeddings', dims: [1, 2, 256] },
      embeddingIn('dense_prompt_embeddings'),
    ],
    {
      corners: 'box',
      pixelsPerUnit: 1,
      square: 256,
      side: 256,
      count: 1,
      boxMask: 0,
      output: { name: 'low_res_masks', dims: [1, 1, 256, 256] },
    },
    { tensor: 'image_pe', output: { name: 'iou_predictions', dims: [1, 1] } },
  )
  return {
    ...graph,
    nodes: [
      {
        op: 'Gather',
        inputs: ['sparse_prompt_embeddings', 'first_two'],
        outputs: ['box'],
        attributes: { axis: { int: 2 } },
      },
      ...graph.nodes,
    ],
    initializers: [...(graph.initializers ?? []), { name: 'first_two', dims: [2], ints: [0, 1] }],
  }
}

/** The decoder of two files, with embedding and mask in half precision. */
export const liteHalfDecoder = (): GraphSpec =>
  withHalf(
    decoderGraph([embeddingIn('image_embeddings', 'float16'), { name: 'boxes', dims: [1, 1, 4] }], {
      corners: 'boxes',
      pixelsPerUnit: 1,
      square: 256,
      side: 256,
      count: 1,
      boxMask: 0,
      output: { name: 'low_res_masks', dims: [1, 1, 256, 256] },
    }),
    'low_res_masks',
  )

/** The encoder of the Hugging Face exports of SAM. */
export const visionEncoder = encoderGraph(
  [planarIn('pixel_values')],
  [
    { name: 'image_embeddings', dims: EMBEDDING },
    { name: 'image_positional_embeddings', dims: EMBEDDING },
  ],
)
/** The encoder of SAM 2, whose outputs have these names. */
export const sam2Encoder = (names: readonly [string, string, string]): GraphSpec =>
  encoderGraph(
    [{ name: 'image', dims: [1, 3, 1024, 1024] }],
    [
      { name: names[0], dims: [1, 32, 256, 256] },
      { name: names[1], dims: [1, 64, 128, 128] },
      { name: names[2], dims: EMBEDDING },
    ],
  )
/** The encoder of EfficientSAM. */
export const efficientEncoder = encoderGraph(
  [{ name: 'batched_images', dims: ['batch', 3, 'height', 'width'] }],
  [{ name: 'image_embeddings', dims: EMBEDDING }],
)
/** EfficientSAM in one file. */
export const efficientWhole = decoderGraph(
  [
    { name: 'batched_images', dims: ['batch', 3, 'height', 'width'] },
    { name: 'batched_point_coords', dims: [1, 'q', 'n', 2] },
    { name: 'batched_point_labels', dims: [1, 'q', 'n'] },
  ],
  {
    corners: 'batched_point_coords',
    pixelsPerUnit: 1,
    square: 1024,
    side: 1024,
    count: 3,
    boxMask: 1,
    output: { name: 'output_masks', dims: [1, 'q', 3, 1024, 1024] },
  },
  { tensor: 'batched_point_labels', output: { name: 'iou_predictions', dims: [1, 'q', 3] } },
)
/** The encoder of LiteMedSAM. */
export const liteEncoder = encoderGraph(
  [{ name: 'image', dims: ['batch', 3, 256, 256] }],
  [{ name: 'image_embedding', dims: EMBEDDING }],
)
