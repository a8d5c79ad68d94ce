import type { BuilderType, GraphSpec, NodeSpec, TensorSpec, ValueSpec } from './onnxBuilder.js'

/** ONNX's number for float32 and float16, for Cast. */
const CAST_TO = { float32: 1, float16: 10 } as const

/** An encoder of any signature: every output is full of the mean of the first input, so that a test sees which encoding it was. */
export function encoderGraph(
  inputs: readonly ValueSpec[],
  outputs: readonly {
    readonly name: string
    readonly dims: readonly number[]
    readonly type?: 'float32' | 'float16'
  }[],
): GraphSpec {
  return {
    inputs,
    outputs,
    nodes: [
      { op: 'Cast', inputs: [inputs[0].name], outputs: ['as_float'], attributes: { to: { int: CAST_TO.float32 } } },
      { op: 'ReduceMean', inputs: ['as_float'], outputs: ['mean_all'], attributes: { keepdims: { int: 1 } } },
      { op: 'Reshape', inputs: ['mean_all', 'one_number'], outputs: ['mean'] },
      ...outputs.flatMap(({ name, type = 'float32' }): NodeSpec[] => [
        { op: 'Expand', inputs: ['mean', `${name}_dims`], outputs: [`${name}_full`] },
        { op: 'Cast', inputs: [`${name}_full`], outputs: [name], attributes: { to: { int: CAST_TO[type] } } },
      ]),
    ],
    initializers: [
      { name: 'one_number', dims: [4], ints: [1, 1, 1, 1] },
      ...outputs.map(({ name, dims }): TensorSpec => ({ name: `${name}_dims`, dims: [dims.length], ints: dims })),
    ],
  }
}

/** What a decoder draws. */
export interface DrawnMasks {
  /** Tensor whose first four numbers are the corners x0, y0, x1, y1. */
  readonly corners: string
  /** Pixels of the square per unit of the corners. */
  readonly pixelsPerUnit: number
  /** Side of the square the model looks at. */
  readonly square: number
  /** Side of the masks. */
  readonly side: number
  /** Masks, and which of them is the box; the others are its opposite. */
  readonly count: number
  readonly boxMask: number
  readonly output: ValueSpec
}

/**
 * Nodes that draw the box they were asked for: logits are the distance in pixels of the square to the nearest wall,
 * where corners mean the pixels under them, as SAM has it.
 */
export function drawBox({ corners, pixelsPerUnit, square, side, count, boxMask, output }: DrawnMasks): {
  readonly nodes: NodeSpec[]
  readonly initializers: TensorSpec[]
} {
  const centres = Float32Array.from({ length: side }, (_, i) => ((i + 0.5) * square) / side)
  const corner = (name: string, index: number): NodeSpec[] => [
    {
      op: 'Gather',
      inputs: ['corner_list', `draw_index${index}`],
      outputs: [`${name}_unit`],
      attributes: { axis: { int: 0 } },
    },
    { op: 'Mul', inputs: [`${name}_unit`, 'pixels_per_unit'], outputs: [`${name}_pixel`] },
    { op: 'Add', inputs: [`${name}_pixel`, index < 2 ? 'draw_zero' : 'draw_one'], outputs: [name] },
  ]
  return {
    nodes: [
      { op: 'Reshape', inputs: [corners, 'any_length'], outputs: ['corner_list'] },
      ...corner('x0', 0),
      ...corner('y0', 1),
      ...corner('x1', 2),
      ...corner('y1', 3),
      { op: 'Sub', inputs: ['columns', 'x0'], outputs: ['from_left'] },
      { op: 'Sub', inputs: ['x1', 'columns'], outputs: ['from_right'] },
      { op: 'Sub', inputs: ['rows', 'y0'], outputs: ['from_top'] },
      { op: 'Sub', inputs: ['y1', 'rows'], outputs: ['from_bottom'] },
      { op: 'Min', inputs: ['from_left', 'from_right', 'from_top', 'from_bottom'], outputs: ['inside'] },
      { op: 'Neg', inputs: ['inside'], outputs: ['outside'] },
      {
        op: 'Concat',
        inputs: Array.from({ length: count }, (_, i) => (i === boxMask ? 'inside' : 'outside')),
        outputs: ['drawn'],
        attributes: { axis: { int: 1 } },
      },
      { op: 'Reshape', inputs: ['drawn', 'mask_dims'], outputs: [output.name] },
    ],
    initializers: [
      { name: 'any_length', dims: [1], ints: [-1] },
      ...[0, 1, 2, 3].map((i): TensorSpec => ({ name: `draw_index${i}`, dims: [1], ints: [i] })),
      { name: 'pixels_per_unit', dims: [1], floats: [pixelsPerUnit] },
      { name: 'draw_zero', dims: [1], floats: [0] },
      { name: 'draw_one', dims: [1], floats: [1] },
      { name: 'columns', dims: [1, 1, 1, side], floats: centres },
      { name: 'rows', dims: [1, 1, side, 1], floats: centres },
      {
        name: 'mask_dims',
        dims: [output.dims.length],
        ints: output.dims.map((dim) => (typeof dim === 'number' ? dim : 1)),
      },
    ],
  }
}

/** Nodes that give the mask at `boxMask` the mean of a tensor as its score, and the others less. */
function scoreBy(
  tensor: string,
  count: number,
  boxMask: number,
  output: string,
  dims: readonly number[],
): { readonly nodes: NodeSpec[]; readonly initializers: TensorSpec[] } {
  return {
    nodes: [
      { op: 'Cast', inputs: [tensor], outputs: ['score_float'], attributes: { to: { int: CAST_TO.float32 } } },
      { op: 'ReduceMean', inputs: ['score_float'], outputs: ['score_all'], attributes: { keepdims: { int: 0 } } },
      { op: 'Reshape', inputs: ['score_all', 'score_one'], outputs: ['score'] },
      { op: 'Sub', inputs: ['score', 'handicaps'], outputs: ['scores'] },
      { op: 'Reshape', inputs: ['scores', 'score_dims'], outputs: [output] },
    ],
    initializers: [
      { name: 'score_one', dims: [1], ints: [1] },
      {
        name: 'handicaps',
        dims: [count],
        floats: Array.from({ length: count }, (_, i) => (i === boxMask ? 0 : 1 + i)),
      },
      { name: 'score_dims', dims: [dims.length], ints: dims },
    ],
  }
}

/** A decoder of a signature that draws boxes and scores them. */
export function decoderGraph(
  inputs: readonly ValueSpec[],
  masks: DrawnMasks,
  scores?: { readonly tensor: string; readonly output: ValueSpec },
): GraphSpec {
  const drawing = drawBox(masks)
  const scoreDims = (scores?.output.dims ?? []).map((dim) => (typeof dim === 'number' ? dim : 1))
  const scoring =
    scores === undefined
      ? { nodes: [], initializers: [] }
      : scoreBy(scores.tensor, masks.count, masks.boxMask, scores.output.name, scoreDims)
  return {
    inputs,
    outputs: [masks.output, ...(scores === undefined ? [] : [scores.output])],
    nodes: [...drawing.nodes, ...scoring.nodes],
    initializers: [...drawing.initializers, ...scoring.initializers],
  }
}

/** A graph with these inputs that answers with something: for signatures that are only looked at. */
export function anyGraph(
  inputs: readonly ValueSpec[],
  outputs: readonly { readonly name: string; readonly dims: readonly number[]; readonly type?: BuilderType }[],
): GraphSpec {
  return {
    inputs,
    outputs,
    nodes: outputs.map(({ name }): NodeSpec => ({ op: 'Identity', inputs: [`${name}_value`], outputs: [name] })),
    initializers: outputs.map(({ name, dims }): TensorSpec => ({
      name: `${name}_value`,
      dims,
      floats: new Float32Array(dims.reduce((product, n) => product * n, 1)),
    })),
  }
}

/** A graph whose output of this name is in half precision. */
export function withHalf(graph: GraphSpec, name: string): GraphSpec {
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
export function inHalf(graph: GraphSpec): GraphSpec {
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
