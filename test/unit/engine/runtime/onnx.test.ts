import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { MedlsamError } from '../../../../src/shared/medlsamError.js'
import { float32Data } from '../../../support/float32Data.js'
import { listedProviders, openNetwork } from '../../../../src/engine/runtime/onnx.js'
import { encodeOnnx, seededWeights, writeOnnx, type GraphSpec } from '../../../support/onnxBuilder.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()

const scaleAndShift: GraphSpec = {
  inputs: [{ name: 'x', dims: ['n', 2] }],
  outputs: [
    { name: 'twice', dims: ['n', 2] },
    { name: 'more', dims: ['n', 2] },
  ],
  nodes: [
    { op: 'Mul', inputs: ['x', 'two'], outputs: ['twice'] },
    { op: 'Add', inputs: ['x', 'two'], outputs: ['more'] },
  ],
  initializers: [{ name: 'two', dims: [1], floats: [2] }],
}

async function failure(promise: Promise<unknown>): Promise<MedlsamError> {
  const error: unknown = await promise.then(
    () => null,
    (e: unknown) => e,
  )
  if (error instanceof MedlsamError) return error
  throw new Error(`expected a MedlsamError, got ${String(error)}`)
}

describe('openNetwork', () => {
  it('says what goes in and out, and runs', async () => {
    const network = await openNetwork(await writeOnnx(path.join(folder, 'plain.onnx'), scaleAndShift))
    expect(network.inputs).toEqual([{ name: 'x', type: 'float32', dims: ['n', 2] }])
    expect(network.outputs.map(({ name }) => name)).toEqual(['twice', 'more'])
    expect(network.provider).toBe('cpu')
    expect(network.providerNote).toBeNull()

    const { twice, more } = await network.run({ x: { data: Float32Array.of(1, 2, 3, 4), dims: [2, 2] } })
    expect(twice.dims).toEqual([2, 2])
    expect([...float32Data(twice)]).toEqual([2, 4, 6, 8])
    expect([...float32Data(more)]).toEqual([3, 4, 5, 6])
    expect(network.runs).toBe(1)
    expect(network.secondsInside).toBeGreaterThan(0)
    await network.release()
    await network.release()
  })

  it('returns only the outputs asked for', async () => {
    const network = await openNetwork(await writeOnnx(path.join(folder, 'fetch.onnx'), scaleAndShift))
    expect(Object.keys(await network.run({ x: { data: Float32Array.of(1, 2), dims: [1, 2] } }, ['more']))).toEqual([
      'more',
    ])
    await network.release()
  })

  it('runs the operators that tiny models are made of', async () => {
    const graph: GraphSpec = {
      inputs: [{ name: 'image', dims: [1, 1, 8, 8] }],
      outputs: [{ name: 'vector', dims: [1, 3] }],
      nodes: [
        {
          op: 'Conv',
          inputs: ['image', 'w', ''],
          outputs: ['a'],
          attributes: { pads: { ints: [1, 1, 1, 1] }, kernel_shape: { ints: [3, 3] } },
        },
        {
          op: 'InstanceNormalization',
          inputs: ['a', 'scale', 'bias'],
          outputs: ['b'],
          attributes: { epsilon: { float: 1e-5 } },
        },
        { op: 'Relu', inputs: ['b'], outputs: ['c'] },
        {
          op: 'MaxPool',
          inputs: ['c'],
          outputs: ['d'],
          attributes: { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } },
        },
        { op: 'Resize', inputs: ['d', '', '', 'size'], outputs: ['e'], attributes: { mode: { string: 'linear' } } },
        { op: 'Flatten', inputs: ['e'], outputs: ['f'] },
        { op: 'Gemm', inputs: ['f', 'g'], outputs: ['vector'], attributes: { transB: { int: 1 } } },
      ],
      initializers: [
        { name: 'w', dims: [2, 1, 3, 3], floats: seededWeights(1, [2, 1, 3, 3]) },
        { name: 'scale', dims: [2], floats: [1, 1] },
        { name: 'bias', dims: [2], floats: [0, 0] },
        { name: 'size', dims: [4], ints: [1, 2, 2, 2] },
        { name: 'g', dims: [3, 8], floats: seededWeights(2, [3, 8]) },
      ],
    }
    const network = await openNetwork(await writeOnnx(path.join(folder, 'operators.onnx'), graph))
    const { vector } = await network.run({ image: { data: seededWeights(3, [64]), dims: [1, 1, 8, 8] } })
    expect(vector.dims).toEqual([1, 3])
    expect(float32Data(vector).every(Number.isFinite)).toBe(true)
    await network.release()
  })

  it('accepts a file with the expected hash and refuses another', async () => {
    const file = await writeOnnx(path.join(folder, 'hash.onnx'), scaleAndShift)
    const first = await openNetwork(file)
    await first.release()
    const { sha256 } = first
    await (await openNetwork(file, { sha256 })).release()
    const error = await failure(openNetwork(file, { sha256: '0'.repeat(64) }))
    expect(error.kind).toBe('model')
    expect(error.file).toBe(file)
    expect(error.message).toContain(sha256)
  })

  it.each([
    ['missing', null, 'does not exist'],
    ['empty', new Uint8Array(), 'not a usable ONNX file'],
    ['text', new TextEncoder().encode('not a model'), 'not a usable ONNX file'],
    ['truncated', encodeOnnx(scaleAndShift).subarray(0, 60), 'not a usable ONNX file'],
  ])('refuses a file that is %s', async (name, bytes, sentence) => {
    const file = path.join(folder, `${name}.onnx`)
    if (bytes !== null) await writeFile(file, bytes)
    const error = await failure(openNetwork(file))
    expect(error.kind).toBe('model')
    expect(error.message).toContain(sentence)
    expect(error.message).toContain(file)
    expect(error.message).not.toContain('\n')
  })

  it('refuses a folder', async () => {
    expect((await failure(openNetwork(folder))).message).toContain('is not a file')
  })

  it('reports a run that the network refuses, and a run after release', async () => {
    const network = await openNetwork(await writeOnnx(path.join(folder, 'refuse.onnx'), scaleAndShift))
    expect((await failure(network.run({}))).kind).toBe('model')
    expect(network.runs).toBe(0)
    await network.release()
    expect((await failure(network.run({ x: { data: Float32Array.of(1, 2), dims: [1, 2] } }))).message).toContain(
      'released',
    )
  })

  it('falls back to the CPU with a reason when a provider cannot be had', async () => {
    const absent = listedProviders().includes('coreml') ? 'directml' : 'coreml'
    const network = await openNetwork(await writeOnnx(path.join(folder, 'fallback.onnx'), scaleAndShift), {
      provider: absent,
    })
    expect(network.provider).toBe('cpu')
    expect(network.providerNote).toContain(absent)
    await network.release()
  })
})
