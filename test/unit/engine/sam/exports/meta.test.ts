import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { MedlsamError } from '../../../../../src/shared/medlsamError.js'
import type { Network } from '../../../../../src/engine/runtime/network.js'
import { openNetwork } from '../../../../../src/engine/runtime/onnx.js'
import { boxPrompt } from '../../../../../src/engine/sam/prompts/prompt.js'
import type { SliceImage } from '../../../../../src/engine/sam/slices/sliceImage.js'
import { createSegmenter, openSegmenter } from '../../../../../src/engine/sam/segmenter.js'
import { MIN_MAX, PAD_1024, STRETCH_1024, describeExport } from '../../../../support/exportCases.js'
import { encoderGraph, inHalf } from '../../../../support/exportGraphs.js'
import { EMBEDDING, planarIn } from '../../../../support/exportSignatures.js'
import { writeOnnx } from '../../../../support/onnxBuilder.js'
import { samDecoderGraph, samEncoderGraph } from '../../../../support/samGraphs.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const folder = tempFolder()
const encoderFile = await writeOnnx(path.join(folder, 'encoder.onnx'), samEncoderGraph())
const oneMaskFile = await writeOnnx(path.join(folder, 'one.onnx'), samDecoderGraph(1))
const fourMasksFile = await writeOnnx(path.join(folder, 'four.onnx'), samDecoderGraph(4))

function image(width: number, height: number, pixelMm: readonly [number, number], grey = 255): SliceImage {
  return { data: new Float32Array(width * height).fill(grey), width, height, pixelMm }
}

describe('layout meta', () => {
  it('is recognised by names and ranks, in any order of the files', async () => {
    const other = await writeOnnx(path.join(folder, 'other.onnx'), samEncoderGraph('pixel_values', 'image_embeddings'))
    for (const files of [
      [encoderFile, oneMaskFile],
      [oneMaskFile, encoderFile],
      [fourMasksFile, other],
    ]) {
      const segmenter = await openSegmenter(
        files.map((file) => ({ path: file })),
        { id: 'tiny' },
      )
      expect(segmenter.layout).toBe('meta')
      expect(segmenter.provider).toBe('cpu')
      expect(segmenter.windowHu).toEqual({ level: 40, width: 400 })
      await segmenter.release()
    }
  })

  it.each([
    ['one mask, with a padding point that makes it choose mask 0', oneMaskFile, (2 + 3 - 1) / 10],
    ['four masks, without', fourMasksFile, (2 + 3) / 10],
  ])('returns mask 0 in pixels of the picture: %s', async (_, decoderFile, labelSum) => {
    const segmenter = await openSegmenter([{ path: encoderFile }, { path: decoderFile }], { id: 'tiny' })
    // 200 mm x 60 mm, so 5.12 pixels of the square per mm: not one scale for both axes of the array.
    const embedding = await segmenter.encodeTile(image(100, 60, [2, 1]))
    expect(embedding.letterbox).toEqual({ width: 1024, height: 307, scaleX: 10.24, scaleY: 307 / 60 })

    const box = { x0: 20, y0: 10, x1: 40, y1: 30 }
    const region = { x0: 15, y0: 5, x1: 45, y1: 35 }
    const mask = await segmenter.decode(embedding, boxPrompt(box), region)
    expect(mask.region).toEqual(region)
    expect(mask.iouPrediction).toBeCloseTo(labelSum)
    for (let y = region.y0, i = 0; y < region.y1; y++) {
      for (let x = region.x0; x < region.x1; x++, i++) {
        const inside = x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1
        expect({ x, y, inside: mask.data[i] > 0 }).toEqual({ x, y, inside })
      }
    }
    expect(segmenter.networks.map(({ runs }) => runs)).toEqual([1, 1])
    await segmenter.release()
  })

  it('normalises as SAM was trained and leaves 0 where there is no picture', async () => {
    const seen: Float32Array[] = []
    const encoder: Network = {
      file: 'fake',
      sha256: '',
      provider: 'cpu',
      providerNote: null,
      secondsInside: 0,
      runs: 0,
      inputs: [{ name: 'image', type: 'float32', dims: [1, 3, 1024, 1024] }],
      outputs: [{ name: 'embedding', type: 'float32', dims: [1, 256, 64, 64] }],
      run: (feeds) => {
        const { data } = feeds.image
        if (data instanceof Float32Array) seen.push(data.slice())
        return Promise.resolve({ embedding: { data: new Float32Array(256 * 64 * 64), dims: [1, 256, 64, 64] } })
      },
      release: () => Promise.resolve(),
    }
    const segmenter = createSegmenter([encoder, await openNetwork(oneMaskFile)], { id: 'fake' })
    await segmenter.encodeTile(image(10, 20, [1, 1]))
    const [input] = seen
    const at = (channel: number, x: number, y: number): number => input[channel * 1024 * 1024 + y * 1024 + x]
    expect(at(0, 0, 0)).toBeCloseTo((255 - 123.675) / 58.395, 4)
    expect(at(1, 511, 1023)).toBeCloseTo((255 - 116.28) / 57.12, 4)
    expect(at(2, 100, 100)).toBeCloseTo((255 - 103.53) / 57.375, 4)
    expect(at(0, 512, 0)).toBe(0)
    // A smaller picture after it: nothing of the first may shine through.
    await segmenter.encodeTile(image(20, 10, [1, 1], 0))
    expect(seen[1][0]).toBeCloseTo(-123.675 / 58.395, 4)
    expect(seen[1][1023 * 1024]).toBe(0)
    await segmenter.release()
  })

  it('refuses what it does not know and lists what it saw', async () => {
    const error: unknown = await openSegmenter([{ path: encoderFile }, { path: encoderFile }], { id: 'odd' }).catch(
      (e: unknown) => e,
    )
    expect(error).toBeInstanceOf(MedlsamError)
    if (!(error instanceof MedlsamError)) return
    expect(error.kind).toBe('model')
    expect(error.message).toContain('odd')
    expect(error.message).toContain('input float32[batch_size,3,1024,1024]')
    expect(error.message).toContain('output float32[batch_size,256,64,64]')
  })
})

describeExport('layout meta: signatures', [
  {
    name: 'SAM',
    layout: 'meta',
    graphs: [samEncoderGraph(), samDecoderGraph(4)],
    input: { name: 'input', ...PAD_1024 },
    score: 0.5,
  },
  {
    name: 'MedSAM, stretched and spread over 0 to 1',
    layout: 'meta',
    graphs: [samEncoderGraph('image'), samDecoderGraph(4)],
    preprocessing: { normalisation: 'minMax', fit: 'stretch' },
    input: { name: 'image', ...STRETCH_1024, normal: MIN_MAX },
    score: 0.5,
  },
  {
    name: 'an encoder in half precision',
    layout: 'meta',
    graphs: [
      encoderGraph([planarIn('input_image', 1024, 'float16')], [{ name: 'out', dims: EMBEDDING, type: 'float16' }]),
      samDecoderGraph(4),
    ],
    input: { name: 'input_image', ...PAD_1024, tolerance: 2e-3 },
    score: 0.5,
  },
  {
    name: 'both in half precision',
    layout: 'meta',
    graphs: [
      inHalf(encoderGraph([planarIn('input_image')], [{ name: 'out', dims: EMBEDDING }])),
      inHalf(samDecoderGraph(4)),
    ],
    input: { name: 'input_image', ...PAD_1024, tolerance: 2e-3 },
    score: 0.5,
  },
])
