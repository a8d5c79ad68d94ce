import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Preprocessing, SegmenterLayoutId } from '../../../../../src/shared/modelTypes.js'
import { MedlsamError } from '../../../../../src/shared/medlsamError.js'
import type { Network, NetworkTensor } from '../../../../../src/engine/runtime/network.js'
import { readNpy } from '../../../../../src/engine/runtime/npy.js'
import { openNetwork } from '../../../../../src/engine/runtime/onnx.js'
import type { SliceImage } from '../../../../../src/engine/sam/slices/sliceImage.js'
import { createSegmenter, openSegmenter } from '../../../../../src/engine/sam/segmenter.js'
import { anyGraph, decoderGraph, encoderGraph } from '../../../../support/layoutGraphs.js'
import { writeOnnx, type GraphSpec, type ValueSpec } from '../../../../support/onnxBuilder.js'
import { samDecoderGraph, samEncoderGraph } from '../../../../support/samGraphs.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const folder = tempFolder()
const EMBEDDING = [1, 256, 64, 64] as const
const MEAN = [123.675, 116.28, 103.53]
const STD = [58.395, 57.12, 57.375]

/** A slice that is neither square nor of square pixels, 200 mm x 60 mm: a ramp that linear resampling keeps. */
const WIDTH = 100
const HEIGHT = 60
const LEAST = 40
const GREATEST = 40 + (WIDTH - 1) + 2 * (HEIGHT - 1) * 0.5
const grey = (x: number, y: number): number => LEAST + x + y
const PICTURE: SliceImage = {
  data: Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => grey(i % WIDTH, Math.floor(i / WIDTH))),
  width: WIDTH,
  height: HEIGHT,
  pixelMm: [2, 1],
}
const SAM = (v: number, channel: number): number => (v - MEAN[channel]) / STD[channel]
const MIN_MAX = (v: number): number => (v - LEAST) / (GREATEST - LEAST)
const UNIT = (v: number): number => v / 255
const AS_IS = (v: number): number => v

interface Case {
  readonly name: string
  readonly layout: SegmenterLayoutId
  readonly graphs: readonly GraphSpec[]
  readonly npy?: Float32Array
  readonly preprocessing?: Preprocessing
  /** What the encoder must get. */
  readonly input: {
    readonly name: string
    readonly dims: readonly number[]
    readonly order: 'planar' | 'interleaved'
    /** Part of the canvas that shows the slice. */
    readonly letterbox: readonly [number, number]
    readonly normal: (v: number, channel: number) => number
    readonly tolerance?: number
  }
  /** The score of the mask that is the box; `mean` is the mean of what the encoder got, carried by the embedding. */
  readonly score: number | 'mean' | 'none'
}

const planarIn = (name: string, side: number | string = 1024, type: 'float32' | 'float16' = 'float32'): ValueSpec => ({
  name,
  type,
  dims: ['batch', 3, side, side],
})
const embeddingIn = (name: string, type: 'float32' | 'float16' = 'float32'): ValueSpec => ({
  name,
  type,
  dims: [...EMBEDDING],
})
const PAD_1024 = { dims: [1, 3, 1024, 1024], order: 'planar', letterbox: [1024, 307], normal: SAM } as const
const STRETCH_1024 = { dims: [1, 3, 1024, 1024], order: 'planar', letterbox: [1024, 1024] } as const

function optimumDecoder(points: boolean): GraphSpec {
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

function efficientDecoder(points: number | string): GraphSpec {
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

function sam2Decoder(withSize: boolean): GraphSpec {
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

function medficientDecoder(): GraphSpec {
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

const litePrompt: GraphSpec = {
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

function liteDecoder(): GraphSpec {
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
const liteHalfDecoder = (): GraphSpec =>
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

/** A graph whose output of this name is in half precision. */
function withHalf(graph: GraphSpec, name: string): GraphSpec {
  return {
    ...graph,
    outputs: graph.outputs.map((output) => (output.name === name ? { ...output, type: 'float16' } : output)),
    nodes: [
      ...graph.nodes.map((node) => ({
        ...node,
        outputs: node.outputs.map((output) => (output === name ? `full_${name}` : output)),
      })),
      { op: 'Cast', inputs: [`full_${name}`], outputs: [name], attributes: { to: { int: 10 } } },
    ],
  }
}

/** A graph whose floating point inputs and outputs are all in half precision. */
function inHalf(graph: GraphSpec): GraphSpec {
  const halved = new Set(graph.inputs.filter(({ type = 'float32' }) => type === 'float32').map(({ name }) => name))
  const casts: GraphSpec = {
    ...graph,
    inputs: graph.inputs.map((input) => (halved.has(input.name) ? { ...input, type: 'float16' } : input)),
    nodes: [
      ...[...halved].map((name) => ({
        op: 'Cast',
        inputs: [name],
        outputs: [`single_${name}`],
        attributes: { to: { int: 1 } },
      })),
      ...graph.nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map((input) => (halved.has(input) ? `single_${input}` : input)),
      })),
    ],
  }
  return graph.outputs.reduce((half, { name }) => withHalf(half, name), casts)
}

const visionEncoder = encoderGraph(
  [planarIn('pixel_values')],
  [
    { name: 'image_embeddings', dims: EMBEDDING },
    { name: 'image_positional_embeddings', dims: EMBEDDING },
  ],
)
const sam2Encoder = (names: readonly [string, string, string]): GraphSpec =>
  encoderGraph(
    [{ name: 'image', dims: [1, 3, 1024, 1024] }],
    [
      { name: names[0], dims: [1, 32, 256, 256] },
      { name: names[1], dims: [1, 64, 128, 128] },
      { name: names[2], dims: EMBEDDING },
    ],
  )
const efficientEncoder = encoderGraph(
  [{ name: 'batched_images', dims: ['batch', 3, 'height', 'width'] }],
  [{ name: 'image_embeddings', dims: EMBEDDING }],
)
const efficientWhole = decoderGraph(
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
const lite256 = {
  name: 'image',
  dims: [1, 3, 256, 256],
  order: 'planar',
  letterbox: [256, 77],
  normal: MIN_MAX,
} as const
const liteEncoder = encoderGraph(
  [{ name: 'image', dims: ['batch', 3, 256, 256] }],
  [{ name: 'image_embedding', dims: EMBEDDING }],
)

const CASES: readonly Case[] = [
  {
    name: 'a: SAM',
    layout: 'meta',
    graphs: [samEncoderGraph(), samDecoderGraph(4)],
    input: { name: 'input', ...PAD_1024 },
    score: 0.5,
  },
  {
    name: 'a: MedSAM, stretched and spread over 0 to 1',
    layout: 'meta',
    graphs: [samEncoderGraph('image'), samDecoderGraph(4)],
    preprocessing: { normalisation: 'minMax', fit: 'stretch' },
    input: { name: 'image', ...STRETCH_1024, normal: MIN_MAX },
    score: 0.5,
  },
  {
    name: 'a: an encoder in half precision',
    layout: 'meta',
    graphs: [
      encoderGraph([planarIn('input_image', 1024, 'float16')], [{ name: 'out', dims: EMBEDDING, type: 'float16' }]),
      samDecoderGraph(4),
    ],
    input: { name: 'input_image', ...PAD_1024, tolerance: 2e-3 },
    score: 0.5,
  },
  {
    name: 'a: both in half precision',
    layout: 'meta',
    graphs: [
      inHalf(encoderGraph([planarIn('input_image')], [{ name: 'out', dims: EMBEDDING }])),
      inHalf(samDecoderGraph(4)),
    ],
    input: { name: 'input_image', ...PAD_1024, tolerance: 2e-3 },
    score: 0.5,
  },
  {
    name: 'c: samexporter, any size',
    layout: 'samexporter',
    graphs: [
      encoderGraph(
        [{ name: 'input_image', dims: ['height', 'width', 3] }],
        [{ name: 'image_embeddings', dims: EMBEDDING }],
      ),
      samDecoderGraph(4),
    ],
    input: { name: 'input_image', dims: [307, 1024, 3], order: 'interleaved', letterbox: [1024, 307], normal: AS_IS },
    score: 0.5,
  },
  {
    name: 'c: samexporter, fixed canvas',
    layout: 'samexporter',
    graphs: [
      encoderGraph([{ name: 'input_image', dims: [684, 1024, 3] }], [{ name: 'image_embeddings', dims: EMBEDDING }]),
      samDecoderGraph(4),
    ],
    input: { name: 'input_image', dims: [684, 1024, 3], order: 'interleaved', letterbox: [1024, 307], normal: AS_IS },
    score: 0.5,
  },
  {
    name: 'b3: boxes only',
    layout: 'optimum-boxes',
    graphs: [visionEncoder, optimumDecoder(false)],
    input: { name: 'pixel_values', ...PAD_1024 },
    score: 'mean',
  },
  {
    name: 'b3: points and boxes, told that there is no point',
    layout: 'optimum-boxes',
    graphs: [optimumDecoder(true), visionEncoder],
    input: { name: 'pixel_values', ...PAD_1024 },
    score: -1,
  },
  {
    name: 'b3: masks in half precision, scores not',
    layout: 'optimum-boxes',
    graphs: [visionEncoder, withHalf(optimumDecoder(false), 'pred_masks')],
    input: { name: 'pixel_values', ...PAD_1024 },
    score: 'mean',
  },
  {
    name: 'b3: scores in half precision, masks not',
    layout: 'optimum-boxes',
    graphs: [withHalf(optimumDecoder(true), 'iou_scores'), visionEncoder],
    input: { name: 'pixel_values', ...PAD_1024 },
    score: -1,
  },
  {
    name: 'd: EfficientSAM, encoder and decoder',
    layout: 'efficientsam',
    graphs: [efficientEncoder, efficientDecoder('points')],
    input: { name: 'batched_images', ...STRETCH_1024, normal: UNIT },
    score: 'mean',
  },
  {
    name: 'd: EfficientSAM, exported for six points',
    layout: 'efficientsam',
    graphs: [efficientEncoder, efficientDecoder(6)],
    input: { name: 'batched_images', ...STRETCH_1024, normal: UNIT },
    score: 'mean',
  },
  {
    name: 'd: EfficientSAM, both in half precision',
    layout: 'efficientsam',
    graphs: [inHalf(efficientEncoder), inHalf(efficientDecoder('points'))],
    input: { name: 'batched_images', ...STRETCH_1024, normal: UNIT, tolerance: 2e-3 },
    score: 'mean',
  },
  {
    name: 'd: EfficientSAM, an embedding in half precision before a decoder in single',
    layout: 'efficientsam',
    graphs: [withHalf(efficientEncoder, 'image_embeddings'), efficientDecoder('points')],
    input: { name: 'batched_images', ...STRETCH_1024, normal: UNIT },
    score: 'mean',
  },
  {
    name: 'd: EfficientSAM, one file',
    layout: 'efficientsam',
    graphs: [efficientWhole],
    input: { name: 'batched_images', ...STRETCH_1024, normal: UNIT },
    score: 2.5,
  },
  {
    name: 'd: EfficientSAM, one file in half precision',
    layout: 'efficientsam',
    graphs: [inHalf(efficientWhole)],
    input: { name: 'batched_images', ...STRETCH_1024, normal: UNIT, tolerance: 2e-3 },
    score: 2.5,
  },
  {
    name: 'e1: MedficientSAM, preprocessing inside',
    layout: 'medficientsam',
    graphs: [
      encoderGraph(
        [
          { name: 'image', type: 'uint8', dims: ['height', 'width', 3] },
          { name: 'original_size', type: 'int16', dims: [2] },
        ],
        [{ name: 'image_embeddings', dims: EMBEDDING }],
      ),
      medficientDecoder(),
    ],
    input: {
      name: 'image',
      dims: [154, 512, 3],
      order: 'interleaved',
      letterbox: [512, 154],
      normal: AS_IS,
      tolerance: 0.51,
    },
    score: 'none',
  },
  {
    name: 'e1: MedficientSAM, "cpp" export',
    layout: 'medficientsam',
    graphs: [
      encoderGraph([{ name: 'image', dims: [512, 512, 3] }], [{ name: 'image_embeddings', dims: EMBEDDING }]),
      medficientDecoder(),
    ],
    input: { name: 'image', dims: [512, 512, 3], order: 'interleaved', letterbox: [512, 154], normal: MIN_MAX },
    score: 'none',
  },
  {
    name: 'e2: LiteMedSAM, three files and the positional encoding',
    layout: 'litemedsam',
    graphs: [liteEncoder, litePrompt, liteDecoder()],
    npy: new Float32Array(256 * 64 * 64).fill(0.75),
    input: lite256,
    score: 0.75,
  },
  {
    name: 'e2: LiteMedSAM, two files',
    layout: 'litemedsam',
    graphs: [
      decoderGraph(
        [embeddingIn('image_embeddings'), { name: 'boxes', dims: [1, 1, 4] }],
        {
          corners: 'boxes',
          pixelsPerUnit: 1,
          square: 256,
          side: 256,
          count: 1,
          boxMask: 0,
          output: { name: 'low_res_masks', dims: [1, 1, 256, 256] },
        },
        { tensor: 'image_embeddings', output: { name: 'iou_predictions', dims: [1, 1] } },
      ),
      liteEncoder,
    ],
    input: lite256,
    score: 'mean',
  },
  {
    name: 'e2: LiteMedSAM, two files in half precision',
    layout: 'litemedsam',
    graphs: [
      encoderGraph(
        [planarIn('image', 256, 'float16')],
        [{ name: 'image_embedding', dims: EMBEDDING, type: 'float16' }],
      ),
      liteHalfDecoder(),
    ],
    input: { ...lite256, tolerance: 2e-3 },
    score: 'none',
  },
  {
    name: 'e2: LiteMedSAM, three files, the encoder alone in half precision',
    layout: 'litemedsam',
    graphs: [inHalf(liteEncoder), litePrompt, liteDecoder()],
    npy: new Float32Array(256 * 64 * 64).fill(0.75),
    input: { ...lite256, tolerance: 2e-3 },
    score: 0.75,
  },
  {
    name: 'e2: LiteMedSAM, three files, all but the encoder in half precision',
    layout: 'litemedsam',
    graphs: [liteEncoder, inHalf(litePrompt), inHalf(liteDecoder())],
    npy: new Float32Array(256 * 64 * 64).fill(0.75),
    input: lite256,
    score: 0.75,
  },
  {
    name: 'f1: SAM 2',
    layout: 'sam2',
    graphs: [sam2Encoder(['high_res_feats_0', 'high_res_feats_1', 'image_embed']), sam2Decoder(false)],
    input: { name: 'image', ...STRETCH_1024, normal: SAM },
    score: 2.5,
  },
  {
    name: 'f1: SAM 2, scores in half precision',
    layout: 'sam2',
    graphs: [
      sam2Encoder(['high_res_feats_0', 'high_res_feats_1', 'image_embed']),
      withHalf(sam2Decoder(false), 'iou_predictions'),
    ],
    input: { name: 'image', ...STRETCH_1024, normal: SAM },
    score: 2.5,
  },
  {
    name: 'f1: SAM 2, an encoder in half precision before a decoder in single',
    layout: 'sam2',
    graphs: [inHalf(sam2Encoder(['high_res_feats_0', 'high_res_feats_1', 'image_embed'])), sam2Decoder(true)],
    input: { name: 'image', ...STRETCH_1024, normal: SAM, tolerance: 2e-3 },
    score: 'mean',
  },
  {
    name: 'f1: SAM 2, a decoder in half precision',
    layout: 'sam2',
    graphs: [sam2Encoder(['high_res_feats_0', 'high_res_feats_1', 'image_embed']), inHalf(sam2Decoder(false))],
    input: { name: 'image', ...STRETCH_1024, normal: SAM },
    score: 2.5,
  },
  {
    name: 'f1: SAM 2, older export with other output names',
    layout: 'sam2',
    graphs: [sam2Decoder(true), sam2Encoder(['feat_a', 'feat_b', 'embedding'])],
    input: { name: 'image', ...STRETCH_1024, normal: SAM },
    score: 'mean',
  },
  {
    name: 'f2: SAM 2 of Hugging Face, told that there are no points',
    layout: 'sam2-hub',
    graphs: [
      encoderGraph(
        [planarIn('pixel_values')],
        [
          { name: 'image_embeddings.0', dims: [1, 32, 256, 256] },
          { name: 'image_embeddings.1', dims: [1, 64, 128, 128] },
          { name: 'image_embeddings.2', dims: EMBEDDING },
        ],
      ),
      decoderGraph(
        [
          { name: 'image_embeddings.0', dims: ['batch', 32, 256, 256] },
          { name: 'image_embeddings.1', dims: ['batch', 64, 128, 128] },
          { name: 'image_embeddings.2', dims: ['batch', 256, 64, 64] },
          { name: 'input_points', dims: ['batch', 'objects', 'points', 2] },
          { name: 'input_labels', type: 'int64', dims: ['batch', 'objects', 'points'] },
          { name: 'input_boxes', dims: ['batch', 'boxes', 4] },
        ],
        {
          corners: 'input_boxes',
          pixelsPerUnit: 1,
          square: 1024,
          side: 256,
          count: 3,
          boxMask: 2,
          output: { name: 'pred_masks', dims: ['batch', 'objects', 3, 256, 256] },
        },
        { tensor: 'image_embeddings.2', output: { name: 'iou_scores', dims: ['batch', 'objects', 3] } },
      ),
    ],
    input: { name: 'pixel_values', ...STRETCH_1024, normal: SAM },
    score: 'mean',
  },
]

describe('layouts', () => {
  it.each(CASES)(
    '$name: recognised, prepares the slice, and brings the mask back',
    async ({ name, layout, graphs, npy, preprocessing, input, score }) => {
      const stem = name.replace(/[^a-z0-9]+/gi, '-')
      const networks: Network[] = []
      const seen: NetworkTensor[] = []
      for (const [i, graph] of graphs.entries())
        networks.push(
          spy(await openNetwork(await writeOnnx(path.join(folder, `${stem}${i}.onnx`), graph)), input.name, seen),
        )
      const constants = npy === undefined ? [] : [await readNpy(await writeNpy(`${stem}.npy`, npy, EMBEDDING))]
      const segmenter = createSegmenter(
        networks,
        { id: 'tiny', ...(preprocessing === undefined ? {} : { preprocessing }) },
        constants,
      )
      expect(segmenter.layout).toBe(layout)

      const embedding = await segmenter.encodeSlice(PICTURE)
      expect([embedding.letterbox.width, embedding.letterbox.height]).toEqual([...input.letterbox])
      const box = { x0: 20, y0: 10, x1: 40, y1: 30 }
      const region = { x0: 12, y0: 3, x1: 47, y1: 37 }
      const mask = await segmenter.decodeBox(embedding, box, region)

      checkPicture(seen[0], input)
      expect(mask.region).toEqual(region)
      for (let y = region.y0, i = 0; y < region.y1; y++) {
        for (let x = region.x0; x < region.x1; x++, i++) {
          const inside = x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1
          expect({ x, y, inside: mask.data[i] > 0 }).toEqual({ x, y, inside })
        }
      }
      if (score === 'none') expect(mask.iouPrediction).toBeNaN()
      else expect(mask.iouPrediction).toBeCloseTo(score === 'mean' ? mean(seen[0]) : score, 2)
      await segmenter.release()
    },
  )

  it('refuses exports for points only, as two files and as one, and says what to do', async () => {
    const points: readonly ValueSpec[] = [
      { name: 'input_points', dims: ['b', 'p', 'n', 2] },
      { name: 'input_labels', type: 'int64', dims: ['b', 'p', 'n'] },
    ]
    const answers = [
      { name: 'iou_scores', dims: [1, 1, 3] },
      { name: 'pred_masks', dims: [1, 1, 3, 256, 256] },
    ]
    const two = [
      visionEncoder,
      anyGraph([embeddingIn('image_embeddings'), embeddingIn('image_positional_embeddings'), ...points], answers),
    ]
    const one = [anyGraph([planarIn('pixel_values'), ...points], answers)]
    for (const [name, graphs] of [
      ['two', two],
      ['one', one],
    ] as const) {
      const error = await failure(graphs, name)
      expect(error.kind).toBe('model')
      expect(error.message).toMatch(/points only.*import the original checkpoint/)
    }
  })

  it('refuses an EfficientSAM whose prompts are single points', async () => {
    expect((await failure([efficientEncoder, efficientDecoder(1)], 'single')).message).toContain('one point per prompt')
  })

  it('asks for the positional encoding that a LiteMedSAM needs', async () => {
    expect((await failure([liteEncoder, litePrompt, liteDecoder()], 'nope')).message).toContain(
      'positional_encoding.npy',
    )
  })

  it('does not take pieces of different exports for one', async () => {
    for (const [i, graphs] of [
      [efficientEncoder, sam2Decoder(false)],
      [liteEncoder, medficientDecoder()],
      [visionEncoder, samDecoderGraph(1)],
      [liteEncoder],
    ].entries()) {
      expect((await failure(graphs, `mixed${i}`)).message).toContain('no layout that is known here')
    }
  })
})

describe('readNpy', () => {
  it.each([
    ['text', Buffer.from('hello, this is no array at all')],
    ['double precision', npyBytes("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", Buffer.alloc(8))],
    ['a cut file', npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", Buffer.alloc(8))],
    ['columns first', npyBytes("{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", Buffer.alloc(8))],
  ])('refuses %s', async (name, bytes) => {
    const file = path.join(folder, `${name}.npy`)
    await writeFile(file, bytes)
    await expect(readNpy(file)).rejects.toThrow(/NumPy/)
  })
})

/** The network, keeping what it is fed under a name. */
function spy(network: Network, name: string, seen: NetworkTensor[]): Network {
  return {
    ...network,
    run: (feeds, fetches) => {
      if (name in feeds) seen.push({ data: feeds[name].data.slice(), dims: feeds[name].dims })
      return network.run(feeds, fetches)
    },
  }
}

function checkPicture(
  tensor: NetworkTensor,
  { dims, order, letterbox, normal, tolerance = 1e-4 }: Case['input'],
): void {
  expect(tensor.dims).toEqual([...dims])
  const [height, width] = order === 'planar' ? dims.slice(2) : dims
  const half = tensor.data instanceof Uint16Array
  const at = (channel: number, x: number, y: number): number => {
    const value = Number(
      tensor.data[order === 'planar' ? (channel * height + y) * width + x : 3 * (y * width + x) + channel],
    )
    return half ? fromHalf(value) : value
  }
  for (const [u, v] of [
    [0.1, 0.2],
    [0.5, 0.5],
    [0.9, 0.3],
    [0.75, 0.9],
  ]) {
    const x = Math.floor(u * letterbox[0])
    const y = Math.floor(v * letterbox[1])
    const expected = grey(((x + 0.5) * WIDTH) / letterbox[0] - 0.5, ((y + 0.5) * HEIGHT) / letterbox[1] - 0.5)
    for (const channel of [0, 1, 2])
      expect(Math.abs(at(channel, x, y) - normal(expected, channel))).toBeLessThan(tolerance)
  }
  // Nothing but 0 where the slice does not reach.
  if (letterbox[1] < height) expect(at(1, 5, height - 1)).toBe(0)
  if (letterbox[0] < width) expect(at(1, width - 1, 5)).toBe(0)
}

function fromHalf(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function mean({ data }: NetworkTensor): number {
  let sum = 0
  for (const value of data) sum += data instanceof Uint16Array ? fromHalf(Number(value)) : Number(value)
  return sum / data.length
}

async function failure(graphs: readonly GraphSpec[], name: string): Promise<MedlsamError> {
  const files = await Promise.all(graphs.map((graph, i) => writeOnnx(path.join(folder, `${name}-${i}.onnx`), graph)))
  const error: unknown = await openSegmenter(
    files.map((file) => ({ path: file })),
    { id: name },
  ).then(
    () => null,
    (e: unknown) => e,
  )
  if (error instanceof MedlsamError) return error
  throw new Error(`expected a MedlsamError, got ${String(error)}`)
}

function npyBytes(header: string, body: Buffer): Buffer {
  const text = Buffer.from(header.padEnd(117) + '\n', 'latin1')
  const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1')
  start.writeUInt16LE(text.length, 8)
  return Buffer.concat([start, text, body])
}

async function writeNpy(name: string, data: Float32Array, dims: readonly number[]): Promise<string> {
  const file = path.join(folder, name)
  await writeFile(
    file,
    npyBytes(`{'descr': '<f4', 'fortran_order': False, 'shape': (${dims.join(', ')}), }`, Buffer.from(data.buffer)),
  )
  return file
}
