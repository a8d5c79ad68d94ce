import { seededWeights, type GraphSpec, type NodeSpec } from './onnxBuilder.js'

/** A tiny encoder with the signature of SAM's: seeded random weights, whatever names. */
export function samEncoderGraph(input = 'input', output = 'output'): GraphSpec {
  return {
    inputs: [{ name: input, dims: ['batch_size', 3, 1024, 1024] }],
    outputs: [{ name: output, dims: ['batch_size', 256, 64, 64] }],
    nodes: [
      {
        op: 'AveragePool',
        inputs: [input],
        outputs: ['pooled'],
        attributes: { kernel_shape: { ints: [16, 16] }, strides: { ints: [16, 16] } },
      },
      { op: 'Conv', inputs: ['pooled', 'weights'], outputs: [output], attributes: { kernel_shape: { ints: [1, 1] } } },
    ],
    initializers: [{ name: 'weights', dims: [256, 3, 1, 1], floats: seededWeights(7, [256, 3, 1, 1]) }],
  }
}

/**
 * A tiny decoder with the signature of Meta's export: mask 0 is the box it was asked for (logit = distance to
 * the nearest wall in pixels of the square), other masks its opposite; `iou_predictions` is the sum of the
 * point labels over 10, so that a test sees which points it was given.
 */
export function samDecoderGraph(masks: 1 | 4): GraphSpec {
  const corner = (name: string, point: number, coordinate: number): NodeSpec[] => [
    {
      op: 'Gather',
      inputs: ['point_coords', `index${point}`],
      outputs: [`${name}_point`],
      attributes: { axis: { int: 1 } },
    },
    {
      op: 'Gather',
      inputs: [`${name}_point`, `index${coordinate}`],
      outputs: [`${name}_flat`],
      attributes: { axis: { int: 2 } },
    },
    { op: 'Reshape', inputs: [`${name}_flat`, 'shape1111'], outputs: [name] },
  ]
  const centres = Float32Array.from({ length: 256 }, (_, i) => 4 * (i + 0.5))
  return {
    inputs: [
      { name: 'image_embeddings', dims: [1, 256, 64, 64] },
      { name: 'point_coords', dims: [1, 'num_points', 2] },
      { name: 'point_labels', dims: [1, 'num_points'] },
      { name: 'mask_input', dims: [1, 1, 256, 256] },
      { name: 'has_mask_input', dims: [1] },
      { name: 'orig_im_size', dims: [2] },
    ],
    outputs: [
      { name: 'masks', dims: ['a', masks, 'c', 'd'] },
      { name: 'iou_predictions', dims: ['e', masks] },
      { name: 'low_res_masks', dims: ['f', masks, 256, 256] },
    ],
    nodes: [
      ...corner('x0', 0, 0),
      ...corner('y0', 0, 1),
      ...corner('x1', 1, 0),
      ...corner('y1', 1, 1),
      { op: 'Sub', inputs: ['columns', 'x0'], outputs: ['from_left'] },
      { op: 'Sub', inputs: ['x1', 'columns'], outputs: ['from_right'] },
      { op: 'Sub', inputs: ['rows', 'y0'], outputs: ['from_top'] },
      { op: 'Sub', inputs: ['y1', 'rows'], outputs: ['from_bottom'] },
      { op: 'Min', inputs: ['from_left', 'from_right', 'from_top', 'from_bottom'], outputs: ['inside'] },
      { op: 'Neg', inputs: ['inside'], outputs: ['outside'] },
      {
        op: 'Concat',
        inputs: ['inside', 'outside', 'outside', 'outside'].slice(0, masks),
        outputs: ['low_res_masks'],
        attributes: { axis: { int: 1 } },
      },
      { op: 'Identity', inputs: ['low_res_masks'], outputs: ['masks'] },
      {
        op: 'ReduceSum',
        inputs: ['point_labels', 'one'],
        outputs: ['label_sum'],
        attributes: { keepdims: { int: 1 } },
      },
      { op: 'Mul', inputs: ['label_sum', 'tenths'], outputs: ['iou_predictions'] },
    ],
    initializers: [
      { name: 'index0', dims: [1], ints: [0] },
      { name: 'index1', dims: [1], ints: [1] },
      { name: 'one', dims: [1], ints: [1] },
      { name: 'shape1111', dims: [4], ints: [1, 1, 1, 1] },
      { name: 'columns', dims: [1, 1, 1, 256], floats: centres },
      { name: 'rows', dims: [1, 1, 256, 1], floats: centres },
      { name: 'tenths', dims: [1, masks], floats: new Float32Array(masks).fill(0.1) },
    ],
  }
}
